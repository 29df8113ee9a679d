-- How the contexts of a client key are signed; null where anybody may ask as anybody, as with every key so far.
ALTER TABLE keys ADD COLUMN context json;
-- The secret that they are signed with, where they are not signed with keys of an address; sealed.
ALTER TABLE keys ADD COLUMN context_sealed text;
ALTER TABLE keys ADD COLUMN context_sealed_at timestamptz(3);
