variable "name" { default = "x" }
locals { a = "${var.name}-b" }
resource "aws_x" "one" {
  name = local.a
  list = ["a", { b = 1 }, -2, true, null]
  policy = jsonencode({ Statement = [{ Effect = "Allow" }] })
  text = <<-EOT
    hello ${var.name}
  EOT
  dynamic "rule" {
    for_each = var.rules
    content { cidr = rule.value }
  }
}
