terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 5.0" }
  }
}

variable "region" {
  default = "eu-central-1"
}

provider "aws" {
  region = var.region
}

resource "aws_s3_bucket" "models" {
  bucket = "shop-example-models"
}

resource "aws_s3_bucket" "training" {
  bucket = "shop-example-training"
}

resource "aws_s3_bucket_acl" "training" {
  bucket = aws_s3_bucket.training.id
  acl    = "public-read"
}

resource "aws_iam_role" "model_runner" {
  name = "model-runner"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = ["sagemaker.amazonaws.com", "ec2.amazonaws.com"] } }]
  })
}

resource "aws_iam_role_policy" "model_runner" {
  name = "model-runner"
  role = aws_iam_role.model_runner.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["s3:*"], Resource = "*" },
      { Effect = "Allow", Action = ["bedrock:*", "iam:PassRole", "sagemaker:*"], Resource = "*" }
    ]
  })
}

resource "aws_sagemaker_model" "ticket_language" {
  name               = "ticket-language"
  execution_role_arn = aws_iam_role.model_runner.arn
  primary_container {
    image          = "763104351884.dkr.ecr.eu-central-1.amazonaws.com/huggingface-pytorch-inference:latest"
    model_data_url = "s3://${aws_s3_bucket.models.bucket}/ticket-language/model.tar.gz"
  }
}

resource "aws_sagemaker_endpoint_configuration" "ticket_language" {
  name = "ticket-language"
  production_variants {
    variant_name           = "main"
    model_name             = aws_sagemaker_model.ticket_language.name
    initial_instance_count = 1
    instance_type          = "ml.g5.xlarge"
  }
}

resource "aws_sagemaker_endpoint" "ticket_language" {
  name                 = "ticket-language"
  endpoint_config_name = aws_sagemaker_endpoint_configuration.ticket_language.name
}

resource "aws_sagemaker_notebook_instance" "experiments" {
  name                   = "experiments"
  role_arn               = aws_iam_role.model_runner.arn
  instance_type          = "ml.t3.medium"
  direct_internet_access = "Enabled"
  root_access            = "Enabled"
}

resource "aws_bedrockagent_agent" "escalation" {
  agent_name              = "escalation"
  agent_resource_role_arn = aws_iam_role.model_runner.arn
  foundation_model        = "anthropic.claude-3-haiku-20240307-v1:0"
  instruction             = "Decide which team has to look at an escalated support case and write a short hand-over note."
}

resource "aws_security_group" "gpu" {
  name = "gpu"
  ingress {
    from_port   = 11434
    to_port     = 11434
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
