-- A live key by its hash, with its tenant.
SELECT api_key.key_id, api_key.key_hash, api_key.scopes, api_key.tenant_id, tenant.partition
  FROM api_keys AS api_key
  JOIN tenants AS tenant USING (tenant_id)
 WHERE api_key.key_hash = $1 AND api_key.revoked_at IS NULL
