"""What is shown of a result, for every form of output: chosen, abridged, wrapped and escaped here, typeset in `render/`."""
