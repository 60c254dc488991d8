"""Datasets to fitted parts to a release; evaluation; the jobs."""

import os

# TensorFlow tells of graphics cards that are not there: unless asked for, nobody needs to
# know. Read when it is first imported; what is set already stays.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
