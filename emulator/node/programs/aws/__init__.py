"""``aws`` as the image amazon/aws-cli (version 2) has it: ``s3`` and ``s3api``, in its formats and exit codes, upon boto3."""
