.PHONY: demo test test-long

demo:
	python3 bootstrap.py demo

test:
	python3 bootstrap.py test

test-long:
	python3 bootstrap.py test-long
