"""Build the JavaScript that puts an experiment into a web page. Pure: no file, no network."""
