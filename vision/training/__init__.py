"""Training of the networks that ship as ONNX. The only place below `vision` that may import torch."""
