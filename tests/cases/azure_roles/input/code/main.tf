resource "azurerm_user_assigned_identity" "app" {
  name = "app"
}
resource "azurerm_role_assignment" "reads" {
  scope                = azurerm_storage_account.data.id
  role_definition_name = "Storage Blob Data Reader"
  principal_id         = azurerm_user_assigned_identity.app.principal_id
}
