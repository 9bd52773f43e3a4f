-- Made from SQLite's migration of the same name; see TestOnePlan.
-- What an unpublished submission does to the register of suppliers' rows counts for nothing until it is published, and
-- can be taken back whole.

-- Where a row's record goes by the submission that sent it last: it is on next_subject once that one is published, and
-- on subject until then.
ALTER TABLE source_row ADD COLUMN next_subject BIGINT NOT NULL DEFAULT 0;
ALTER TABLE source_row ADD COLUMN next_by BIGINT NOT NULL DEFAULT 0;

-- The submission that brings a waiting row back mended; the row has gone in once that one is published.
ALTER TABLE quarantine ADD COLUMN replayed_by BIGINT NOT NULL DEFAULT 0;

-- A run that was killed begins again at the file's start, so that no line needs to be remembered. Of a discarded
-- submission nothing is left once it is swept.
ALTER TABLE submission DROP COLUMN done_line;
ALTER TABLE submission ADD COLUMN swept BIGINT NOT NULL DEFAULT 0;

CREATE INDEX submission_published ON submission (published_at) WHERE published_at IS NOT NULL;
