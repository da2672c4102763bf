"""The bank's side of PayFiP (DGFiP), the web service of régies."""
