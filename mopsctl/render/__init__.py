"""Plans, findings and reports as people and programs read them: one module per format, all of them pure."""
