-- Who changed keys, tenants, endpoints and projections, when, and from where. The release before
-- records nothing.
CREATE TABLE administrative_acts (
  act_id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  recorded_at   timestamptz NOT NULL DEFAULT now(),
  act           text        COLLATE "C" NOT NULL CHECK (length(act) BETWEEN 1 AND 64),
  -- NULL: the act concerns the whole installation.
  tenant_id     uuid,
  -- What was changed: an id with its prefix, or a name.
  subject       text        COLLATE "C" NOT NULL CHECK (length(subject) BETWEEN 1 AND 200),
  -- Who: an API key, or a user of the operating system.
  actor_key_id  uuid,
  actor_user    text        COLLATE "C" CHECK (length(actor_user) BETWEEN 1 AND 200),
  -- From where: the address of the client, or the host of the command.
  origin        text        COLLATE "C" NOT NULL CHECK (length(origin) <= 255),
  details       json        NOT NULL,
  CHECK ((actor_key_id IS NULL) <> (actor_user IS NULL))
);
CREATE INDEX administrative_acts_recorded ON administrative_acts (recorded_at, act_id);
CREATE INDEX administrative_acts_tenant ON administrative_acts (tenant_id, recorded_at, act_id);

-- As a trigger it holds for every role that has no right to change the table itself.
CREATE FUNCTION refuse_change_of_acts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'administrative_acts is append-only: % refused', TG_OP
    USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER administrative_acts_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON administrative_acts
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_acts();
