"""Components, each in its own module and imported from there (`from ui.widgets.buttons import Button`).

How they are used by pages
- Words are `T("page.key", n=3)`, `Name(code)` or plain text; components keep them and follow a switch of
language
  by themselves. Numbers are px at 100 %: `px(16)`, `column(gap=8, pad=16)`; colours are token names.
- Data goes in by `set_…` or `say`; what a person does comes out as a signal. No component starts work or
asks the desk.
- A widget with `retranslate()` or `restyle()` is called on a switch of language, theme or scale.

base         Label(text, kind, tint, bold=, wrap=)  ElidedLabel  Rule  SectionHead(title, caption, right)
Ground(tint, lines)
             column(gap=, pad=)  row(gap=, pad=)  paragraph(painter, rect, text)  Drawn (base of painted ones)
flow         Flow(gap)                                  layout of tags
buttons      Button(text, keys, kind=, icon=).set_reason(why)  Segment([(value, words, key)]).chosen
CheckBox  IconButton
             Field(placeholder, icon=, keys=).set_error(bool)  KeyCap(keys, word)  Tag(text, glyph=|icon=,
             tone=, dashed=)  SealMark
lists        RowView(paint_row, height, keys=…)          .set_items(items)  .chosen(item)  .key(name, item)
.activated_item(item)
rangebar     RangeBar(Range(…))  DoseBar(Dose(…))  DifferenceBar  KappaBar-like painters
paint_range(painter, rect, Range)
quality      QualityRibbon.set([(quality 0..1 or None)])
ninegrid     NineGrid("left"|"right").set({(depth, position): Cell(…)})  .edited(depth, position, key)
constitution Radar.set([(Name, score)])  ConstitutionBars.set([…])
elements     ElementsMap.set(rows, columns, {(row, column): p})
picture      PictureView.set_picture(QImage)  .set_overlay(QImage)  .toggle_overlay()  .reset_zoom()
.set_state("live"|"frozen"|…)
sweep        LiveSweep.begin(unit, fs_hz, seconds)  .push(values)  .mark(time_s)  .pause()  .lost()
beat         AverageBeat.set(Beat(…))
review_plot  ReviewPlot.set(traces, …)                   pyqtgraph, imported when made; pens of width 1
measurements MeasurementTable.set(measurements, last={code: value})  .chosen(code)  .key(name, code)
findings     FindingTags.set(findings)  FindingList.set(groups)   both .judged(code, "yes"|"no"|"forget")
.add_wanted()
alerts       AlertList.set(alerts)  .answered(alert key, answer id)  CoverageSentence.set(coverage)
AlertCounts
frames       Judged(frame solid or dashed, with seal)  SignatureSlot  EmptyState(title, text, ways)
Message(level, title, text)
progress     ProgressStrip.begin(words) .set(done, of) .end()  .cancelled
overlay      ErrorDialog  RedFlagOverlay  FloatingDialog  FocusRing
preview      PrintPreview.open(path or bytes)  .go(page)  .fit("width"|"page"|"actual")
palette      Palette(window, sources)   keysheet KeySheet(window, title, groups)
"""
