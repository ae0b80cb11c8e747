"""Components, each imported from its own module: `from ui.widgets.buttons import Button`.

How pages use them
- Words are `T("page.key", n=3)`, `Name(code)` or plain text. Components keep them and follow a switch of
  language by themselves. Lengths are px at 100 %: `px(16)`, `column(gap=8, pad=16)`; colours are tokens.
- Data goes in by `set(…)` or `say(…)`; what a person does comes out as a signal. No component asks the desk,
  starts work or opens a file.
- Any widget with `retranslate()` or `restyle()` is called on a switch of language, theme or scale.

base          Label(text, kind, tint, bold=, wrap=), ElidedLabel, Rule, SectionHead(title, caption, right),
              Ground(tint, lines), column(gap=, pad=), row(gap=, pad=), paragraph(painter, rect, text), Drawn
flow          Flow(gap): a layout of tags
buttons       Button(text, keys, kind=, icon=).set_reason(why), Segment([(value, words, key)]).chosen,
              CheckBox, IconButton, Field(placeholder, icon=, keys=).set_error(bool), KeyCap(keys, word),
              SealMark, Tag(text, glyph= or icon=, tone=, dashed=, strong=)
lists         RowView(paint_row, height, keys=): set_items, chosen(item), activated_item, key(name, item)
rangebar      RangeBar(Range(…)), DoseBar(Dose(…)); painters paint_range, paint_dose, paint_probability
quality       QualityRibbon.set([0..1 or None], room=)
ninegrid      NineGrid("left" or "right").set({(depth, position): Cell(…)}); moved, edited(depth, position, n)
constitution  Radar.set([(words, score, verdict)], earlier=), ConstitutionBars.set([…], verdicts)
elements      ElementsMap.set(rows, columns, {(row, column): p}); moved(row, column)
picture       PictureView: set_picture, set_overlay, toggle_overlay, reset_zoom, set_state(state, badge);
              dropped(path); PictureStrip for thumbnails
sweep         LiveSweep: begin(unit, fs_hz), push(values), mark(sample, value), pause, lost(words), amplify
beat          AverageBeat.set(Beat(…)), compare(bool), hovered; BeatSketch.set(values) for thumbnails
review_plot   ReviewPlot.set([Trace(…)], x_unit, y_unit, marks=, band=): pyqtgraph, imported when one is made
measurements  MeasurementTable.set(measurements, last={code: value}, glyphs={code: state}); chosen(code),
              key(name, code); value_words, why_words
findings      FindingTags.set(findings), FindingList.set(groups): judged(code, "yes", "no" or "forget"),
              add_wanted; shown(finding, note)
alerts        AlertList.set([ShownAlert(…)]): answered(alert key, answer id), reopened; step(1) is F7;
              AlertCounts, CoverageSentence.set(strong, rest, covered=), level_of(alert)
frames        JudgedFrame(mine=), JudgedLine(words, note, seal=), SignatureSlot.set(…), Message(level, title,
              text), Quote, EmptyState(title, text, [WayOn(…)], drawing=), AnswerList([(id, words)]).chosen
progress      ProgressStrip: begin(words), set(done, of), end(); cancelled
overlay       ErrorDialog(window, …, [Way(…)]), RedFlagOverlay(window, …, answered), FloatingDialog, FocusRing
preview       PrintPreview: open(path, bytes), go(page), fit("width", "page" or "actual"), zoom, page_changed
palette       Palette(window, [source]): a source answers words with entries (Entry)
keysheet      KeySheet(window, title, groups); keyrecorder KeyTable(keymap).changed
"""
