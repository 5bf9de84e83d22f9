"""What each page says: findings and figures drawn from a view, without any layout."""
