"""Other ways to fan out, each as its own documentation has it, to be measured beside ours."""
