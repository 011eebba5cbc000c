"""The studio: from a YAML file to a video. The only room that touches files, processes and the command line."""
