"""A full inbox: sound workbooks among files that are bombs, cut short or locked."""
