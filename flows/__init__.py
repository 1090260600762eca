"""Flows: when and in what order. Steps are plain functions; the pipeline tracks the same steps with Prefect."""
