CREATE TABLE "anonymous_entry" ("key" TEXT NOT NULL PRIMARY KEY, "day" DATE NOT NULL, "version" INTEGER NOT NULL, "sealed_to" TEXT NOT NULL, "sealed" BLOB, "digest" TEXT NOT NULL, "status" TEXT NOT NULL CHECK (status IN ('received', 'applied', 'tray', 'resolved')));

CREATE TABLE "person" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "first_name" TEXT NOT NULL, "last_name" TEXT NOT NULL, "usual_name" TEXT NOT NULL, "email" TEXT, "phone" TEXT NOT NULL, "language" TEXT NOT NULL CHECK (language IN ('fr', 'en')), "trade" TEXT NOT NULL, "disabled_at" INTEGER, "died_on" DATE, "created_at" INTEGER NOT NULL);

CREATE UNIQUE INDEX "person_uid" ON "person" ("uid");

CREATE UNIQUE INDEX "person_email" ON "person" ("email");

CREATE TABLE "antenna" ("id" INTEGER NOT NULL PRIMARY KEY, "code" TEXT NOT NULL, "name" TEXT NOT NULL, "programme" TEXT NOT NULL CHECK (programme IN ('principale', 'kpa')), "prefix" TEXT NOT NULL, "capped" TEXT NOT NULL CHECK (capped IN ('yes', 'no')));

CREATE UNIQUE INDEX "antenna_code" ON "antenna" ("code");

CREATE TABLE "dossier" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "number" TEXT NOT NULL, "person_id" INTEGER NOT NULL, "antenna_id" INTEGER NOT NULL, "activity" TEXT NOT NULL, "town" TEXT NOT NULL, "opened_at" INTEGER NOT NULL, "head" TEXT NOT NULL, "events" INTEGER NOT NULL, "peer_id" INTEGER, "held_until" DATE, "held_for" TEXT NOT NULL, "erased_at" INTEGER, FOREIGN KEY ("person_id") REFERENCES "person" ("id"), FOREIGN KEY ("antenna_id") REFERENCES "antenna" ("id"), FOREIGN KEY ("peer_id") REFERENCES "person" ("id"));

CREATE UNIQUE INDEX "dossier_uid" ON "dossier" ("uid");

CREATE UNIQUE INDEX "dossier_number" ON "dossier" ("number");

CREATE INDEX "dossier_person_id" ON "dossier" ("person_id");

CREATE INDEX "dossier_antenna_id" ON "dossier" ("antenna_id");

CREATE INDEX "dossier_peer_id" ON "dossier" ("peer_id");

CREATE TABLE "case" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "dossier_id" INTEGER NOT NULL, "workflow" TEXT NOT NULL, "state" TEXT NOT NULL, "version" INTEGER NOT NULL, "memory" TEXT NOT NULL, "due_at" INTEGER, "opened_by_id" INTEGER, "antenna_id" INTEGER NOT NULL, "rank_at" INTEGER, "entered_at" INTEGER, "moved_at" INTEGER, "follower" TEXT NOT NULL, FOREIGN KEY ("dossier_id") REFERENCES "dossier" ("id"), FOREIGN KEY ("opened_by_id") REFERENCES "case" ("id"), FOREIGN KEY ("antenna_id") REFERENCES "antenna" ("id"));

CREATE UNIQUE INDEX "case_uid" ON "case" ("uid");

CREATE INDEX "case_due_at" ON "case" ("due_at");

CREATE INDEX "case_opened_by_id" ON "case" ("opened_by_id");

CREATE INDEX "case_antenna_id" ON "case" ("antenna_id");

CREATE INDEX "case_follower" ON "case" ("follower");

CREATE INDEX "case_workflow_state_antenna_id_entered_at" ON "case" ("workflow", "state", "antenna_id", "entered_at");

CREATE INDEX "case_workflow_state_antenna_id_moved_at" ON "case" ("workflow", "state", "antenna_id", "moved_at");

CREATE INDEX "case_workflow_state_antenna_id_rank_at" ON "case" ("workflow", "state", "antenna_id", "rank_at");

CREATE INDEX "case_dossier_id_workflow" ON "case" ("dossier_id", "workflow");

CREATE TABLE "event" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "dossier_id" INTEGER, "case_id" INTEGER, "step" TEXT NOT NULL, "before" TEXT NOT NULL, "after" TEXT NOT NULL, "actor_id" INTEGER, "role" TEXT NOT NULL, "made_at" INTEGER NOT NULL, "effective_on" DATE NOT NULL, "cause_id" INTEGER, "key" TEXT, "subject" TEXT NOT NULL, "fingerprint" TEXT NOT NULL, "digest" TEXT NOT NULL, "number" INTEGER NOT NULL, "previous" TEXT NOT NULL, "hash" TEXT NOT NULL, FOREIGN KEY ("dossier_id") REFERENCES "dossier" ("id"), FOREIGN KEY ("case_id") REFERENCES "case" ("id"), FOREIGN KEY ("actor_id") REFERENCES "person" ("id"), FOREIGN KEY ("cause_id") REFERENCES "event" ("id"), CHECK ((dossier_id IS NULL) = (case_id IS NULL)));

CREATE UNIQUE INDEX "event_uid" ON "event" ("uid");

CREATE INDEX "event_cause_id" ON "event" ("cause_id");

CREATE UNIQUE INDEX "event_key" ON "event" ("key");

CREATE INDEX "event_case_id_id" ON "event" ("case_id", "id");

CREATE UNIQUE INDEX "event_dossier_id_number" ON "event" ("dossier_id", "number");

CREATE TABLE "answers" ("id" INTEGER NOT NULL PRIMARY KEY, "event_id" INTEGER NOT NULL, "case_id" INTEGER, "text" TEXT NOT NULL, "sealed" BLOB, "salt" TEXT NOT NULL, "posted" TEXT NOT NULL, "undo" TEXT, FOREIGN KEY ("event_id") REFERENCES "event" ("id") ON DELETE RESTRICT, FOREIGN KEY ("case_id") REFERENCES "case" ("id"));

CREATE UNIQUE INDEX "answers_event_id" ON "answers" ("event_id");

CREATE INDEX "answers_case_id" ON "answers" ("case_id");

CREATE TABLE "archived" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "subject" TEXT NOT NULL, "kind" TEXT NOT NULL, "label" BLOB NOT NULL, "content" BLOB NOT NULL, "sha256" TEXT NOT NULL, "archived_on" DATE NOT NULL, "until" DATE NOT NULL);

CREATE UNIQUE INDEX "archived_uid" ON "archived" ("uid");

CREATE INDEX "archived_subject" ON "archived" ("subject");

CREATE INDEX "archived_until" ON "archived" ("until");

CREATE TABLE "assembly" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "day" DATE NOT NULL, "label" TEXT NOT NULL, "approves_accounts" INTEGER NOT NULL);

CREATE UNIQUE INDEX "assembly_uid" ON "assembly" ("uid");

CREATE UNIQUE INDEX "assembly_day" ON "assembly" ("day");

CREATE TABLE "journee" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "day" DATE NOT NULL, "planned" DATE NOT NULL, "place" TEXT NOT NULL, "to_confirm" INTEGER NOT NULL, "reason" TEXT NOT NULL, "facilitator_id" INTEGER, "closed_at" INTEGER, "came" INTEGER, FOREIGN KEY ("facilitator_id") REFERENCES "person" ("id") ON DELETE SET NULL);

CREATE UNIQUE INDEX "journee_uid" ON "journee" ("uid");

CREATE UNIQUE INDEX "journee_day" ON "journee" ("day");

CREATE UNIQUE INDEX "journee_planned" ON "journee" ("planned");

CREATE INDEX "journee_facilitator_id" ON "journee" ("facilitator_id");

CREATE TABLE "attendance" ("id" INTEGER NOT NULL PRIMARY KEY, "journee_id" INTEGER NOT NULL, "person_id" INTEGER NOT NULL, "half" TEXT NOT NULL CHECK (half IN ('morning', 'afternoon')), "status" TEXT NOT NULL CHECK (status IN ('expected', 'present', 'absent', 'excused')), "how" TEXT NOT NULL CHECK (how IN ('badge', 'code', 'name', 'paper', 'team', 'person', 'journee')), "at" INTEGER NOT NULL, "noted_at" INTEGER NOT NULL, FOREIGN KEY ("journee_id") REFERENCES "journee" ("id"), FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE CASCADE);

CREATE INDEX "attendance_person_id" ON "attendance" ("person_id");

CREATE UNIQUE INDEX "attendance_journee_id_person_id_half" ON "attendance" ("journee_id", "person_id", "half");

CREATE TABLE "badge" ("id" INTEGER NOT NULL PRIMARY KEY, "person_id" INTEGER NOT NULL, "number" TEXT NOT NULL, "code" TEXT NOT NULL, "made_at" INTEGER NOT NULL, FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE CASCADE);

CREATE UNIQUE INDEX "badge_person_id" ON "badge" ("person_id");

CREATE UNIQUE INDEX "badge_number" ON "badge" ("number");

CREATE UNIQUE INDEX "badge_code" ON "badge" ("code");

CREATE TABLE "board_export" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "person_id" INTEGER NOT NULL, "format" TEXT NOT NULL CHECK (format IN ('csv', 'xlsx')), "cases" TEXT NOT NULL, "done" INTEGER NOT NULL, "content" BLOB, "status" TEXT NOT NULL CHECK (status IN ('waiting', 'ready', 'failed', 'gone')), "asked_at" INTEGER NOT NULL, "ready_at" INTEGER, FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE CASCADE);

CREATE UNIQUE INDEX "board_export_uid" ON "board_export" ("uid");

CREATE INDEX "board_export_person_id" ON "board_export" ("person_id");

CREATE INDEX "board_export_status_asked_at" ON "board_export" ("status", "asked_at");

CREATE INDEX "board_export_person_id_asked_at" ON "board_export" ("person_id", "asked_at");

CREATE TABLE "brand" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "name" TEXT NOT NULL, "kind" TEXT NOT NULL CHECK (kind IN ('label', 'shared')), "referent_id" INTEGER NOT NULL, "made_at" INTEGER NOT NULL, FOREIGN KEY ("referent_id") REFERENCES "person" ("id"));

CREATE UNIQUE INDEX "brand_uid" ON "brand" ("uid");

CREATE UNIQUE INDEX "brand_name" ON "brand" ("name");

CREATE INDEX "brand_referent_id" ON "brand" ("referent_id");

CREATE TABLE "convention" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "brand_id" INTEGER NOT NULL, "signed_on" DATE NOT NULL, "split" TEXT NOT NULL, "filename" TEXT NOT NULL, "media_type" TEXT NOT NULL, "size" INTEGER NOT NULL, "content" BLOB NOT NULL, "added_by_id" INTEGER NOT NULL, "added_at" INTEGER NOT NULL, FOREIGN KEY ("brand_id") REFERENCES "brand" ("id"), FOREIGN KEY ("added_by_id") REFERENCES "person" ("id"));

CREATE UNIQUE INDEX "convention_uid" ON "convention" ("uid");

CREATE INDEX "convention_brand_id" ON "convention" ("brand_id");

CREATE INDEX "convention_added_by_id" ON "convention" ("added_by_id");

CREATE TABLE "brand_member" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "brand_id" INTEGER NOT NULL, "person_id" INTEGER NOT NULL, "since" DATE NOT NULL, "until" DATE, "convention_id" INTEGER, "opinion" TEXT NOT NULL, "words" TEXT NOT NULL, "opinion_on" DATE, FOREIGN KEY ("brand_id") REFERENCES "brand" ("id"), FOREIGN KEY ("person_id") REFERENCES "person" ("id"), FOREIGN KEY ("convention_id") REFERENCES "convention" ("id"), CHECK (until IS NULL OR until >= since));

CREATE UNIQUE INDEX "brand_member_uid" ON "brand_member" ("uid");

CREATE INDEX "brand_member_person_id" ON "brand_member" ("person_id");

CREATE INDEX "brand_member_convention_id" ON "brand_member" ("convention_id");

CREATE INDEX "brand_member_brand_id_until" ON "brand_member" ("brand_id", "until");

CREATE TABLE "cap_change" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "asked_by_id" INTEGER NOT NULL, "asked_at" INTEGER NOT NULL, "confirmed_by_id" INTEGER, "confirmed_at" INTEGER, "antenna_id" INTEGER NOT NULL, "first_month" TEXT NOT NULL, "last_month" TEXT NOT NULL, "places" INTEGER NOT NULL, "reason" TEXT NOT NULL, FOREIGN KEY ("asked_by_id") REFERENCES "person" ("id"), FOREIGN KEY ("confirmed_by_id") REFERENCES "person" ("id"), FOREIGN KEY ("antenna_id") REFERENCES "antenna" ("id"), CHECK (confirmed_by_id IS NULL OR confirmed_by_id <> asked_by_id));

CREATE UNIQUE INDEX "cap_change_uid" ON "cap_change" ("uid");

CREATE INDEX "cap_change_asked_by_id" ON "cap_change" ("asked_by_id");

CREATE INDEX "cap_change_confirmed_by_id" ON "cap_change" ("confirmed_by_id");

CREATE INDEX "cap_change_antenna_id" ON "cap_change" ("antenna_id");

CREATE TABLE "commitment" ("id" INTEGER NOT NULL PRIMARY KEY, "person_id" INTEGER NOT NULL, "signed_on" DATE NOT NULL, "recorded_by_id" INTEGER, FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE CASCADE, FOREIGN KEY ("recorded_by_id") REFERENCES "person" ("id"));

CREATE INDEX "commitment_person_id" ON "commitment" ("person_id");

CREATE INDEX "commitment_recorded_by_id" ON "commitment" ("recorded_by_id");

CREATE TABLE "device" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "name" TEXT NOT NULL, "place" TEXT NOT NULL, "help_name" TEXT NOT NULL, "token" TEXT NOT NULL, "next_token" TEXT, "pin" TEXT NOT NULL, "paired_at" INTEGER NOT NULL, "paired_by_id" INTEGER NOT NULL, "seen_at" INTEGER NOT NULL, "revoked_at" INTEGER, "revoked_by_id" INTEGER, "opened_on" DATE, "closed_on" DATE, "waiting" INTEGER NOT NULL, "to_check" INTEGER NOT NULL, "irritants" INTEGER NOT NULL, "last_sequence" INTEGER NOT NULL, "late" INTEGER NOT NULL, "wrong_codes" INTEGER NOT NULL, "wrong_since" INTEGER, FOREIGN KEY ("paired_by_id") REFERENCES "person" ("id"), FOREIGN KEY ("revoked_by_id") REFERENCES "person" ("id"));

CREATE UNIQUE INDEX "device_uid" ON "device" ("uid");

CREATE UNIQUE INDEX "device_token" ON "device" ("token");

CREATE UNIQUE INDEX "device_next_token" ON "device" ("next_token");

CREATE INDEX "device_paired_by_id" ON "device" ("paired_by_id");

CREATE INDEX "device_revoked_by_id" ON "device" ("revoked_by_id");

CREATE TABLE "dossier_word" ("dossier_id" INTEGER NOT NULL, "word" TEXT NOT NULL, PRIMARY KEY ("word", "dossier_id"), FOREIGN KEY ("dossier_id") REFERENCES "dossier" ("id") ON DELETE CASCADE);

CREATE INDEX "dossier_word_dossier_id" ON "dossier_word" ("dossier_id");

CREATE TABLE "draft_page" ("id" INTEGER NOT NULL PRIMARY KEY, "case_id" INTEGER NOT NULL, "page" TEXT NOT NULL, "typed" TEXT NOT NULL, "answers" TEXT NOT NULL, "sealed" BLOB, "complete" INTEGER NOT NULL, "turn" INTEGER NOT NULL, "sheet" TEXT NOT NULL, "saved_at" INTEGER NOT NULL, FOREIGN KEY ("case_id") REFERENCES "case" ("id"));

CREATE INDEX "draft_page_case_id" ON "draft_page" ("case_id");

CREATE UNIQUE INDEX "draft_page_case_id_page" ON "draft_page" ("case_id", "page");

CREATE TABLE "erasure_asked" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "asked_by_id" INTEGER NOT NULL, "asked_at" INTEGER NOT NULL, "confirmed_by_id" INTEGER, "confirmed_at" INTEGER, "dossier_id" INTEGER NOT NULL, "reason" TEXT NOT NULL, FOREIGN KEY ("asked_by_id") REFERENCES "person" ("id"), FOREIGN KEY ("confirmed_by_id") REFERENCES "person" ("id"), FOREIGN KEY ("dossier_id") REFERENCES "dossier" ("id"), CHECK (confirmed_by_id IS NULL OR confirmed_by_id <> asked_by_id));

CREATE UNIQUE INDEX "erasure_asked_uid" ON "erasure_asked" ("uid");

CREATE INDEX "erasure_asked_asked_by_id" ON "erasure_asked" ("asked_by_id");

CREATE INDEX "erasure_asked_confirmed_by_id" ON "erasure_asked" ("confirmed_by_id");

CREATE INDEX "erasure_asked_dossier_id" ON "erasure_asked" ("dossier_id");

CREATE TABLE "erasure_notice" ("id" INTEGER NOT NULL PRIMARY KEY, "dossier_id" INTEGER NOT NULL, "clock" TEXT NOT NULL, "told_on" DATE NOT NULL, "due_on" DATE NOT NULL, "done_on" DATE, FOREIGN KEY ("dossier_id") REFERENCES "dossier" ("id"));

CREATE UNIQUE INDEX "erasure_notice_dossier_id" ON "erasure_notice" ("dossier_id");

CREATE TABLE "export" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "person_id" INTEGER NOT NULL, "asked_at" INTEGER NOT NULL, "ready_at" INTEGER, "collected_at" INTEGER, "size" INTEGER NOT NULL, "content" BLOB, FOREIGN KEY ("person_id") REFERENCES "person" ("id"));

CREATE UNIQUE INDEX "export_uid" ON "export" ("uid");

CREATE INDEX "export_person_id" ON "export" ("person_id");

CREATE TABLE "factor" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "person_id" INTEGER NOT NULL, "kind" TEXT NOT NULL CHECK (kind IN ('webauthn', 'totp')), "label" TEXT NOT NULL, "secret" BLOB NOT NULL, "counter" INTEGER NOT NULL, "added_at" INTEGER NOT NULL, "used_at" INTEGER, FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE CASCADE);

CREATE UNIQUE INDEX "factor_uid" ON "factor" ("uid");

CREATE INDEX "factor_person_id" ON "factor" ("person_id");

CREATE TABLE "factor_reset" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "asked_by_id" INTEGER NOT NULL, "asked_at" INTEGER NOT NULL, "confirmed_by_id" INTEGER, "confirmed_at" INTEGER, "person_id" INTEGER NOT NULL, "reason" TEXT NOT NULL, FOREIGN KEY ("asked_by_id") REFERENCES "person" ("id"), FOREIGN KEY ("confirmed_by_id") REFERENCES "person" ("id"), FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE CASCADE, CHECK (confirmed_by_id IS NULL OR confirmed_by_id <> asked_by_id));

CREATE UNIQUE INDEX "factor_reset_uid" ON "factor_reset" ("uid");

CREATE INDEX "factor_reset_asked_by_id" ON "factor_reset" ("asked_by_id");

CREATE INDEX "factor_reset_confirmed_by_id" ON "factor_reset" ("confirmed_by_id");

CREATE INDEX "factor_reset_person_id" ON "factor_reset" ("person_id");

CREATE TABLE "feed" ("id" INTEGER NOT NULL PRIMARY KEY, "person_id" INTEGER NOT NULL, "token" TEXT NOT NULL, "made_at" INTEGER NOT NULL, FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE CASCADE);

CREATE UNIQUE INDEX "feed_person_id" ON "feed" ("person_id");

CREATE UNIQUE INDEX "feed_token" ON "feed" ("token");

CREATE TABLE "handover" ("id" INTEGER NOT NULL PRIMARY KEY, "token" TEXT NOT NULL, "dossier_id" INTEGER NOT NULL, "direct" INTEGER NOT NULL, "ends_at" INTEGER NOT NULL, "used_at" INTEGER, FOREIGN KEY ("dossier_id") REFERENCES "dossier" ("id") ON DELETE CASCADE);

CREATE UNIQUE INDEX "handover_token" ON "handover" ("token");

CREATE INDEX "handover_dossier_id" ON "handover" ("dossier_id");

CREATE TABLE "house" ("id" INTEGER NOT NULL PRIMARY KEY, "head" TEXT NOT NULL, "events" INTEGER NOT NULL);

CREATE TABLE "info_meeting" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "antenna_id" INTEGER NOT NULL, "starts_at" INTEGER NOT NULL, "place" TEXT NOT NULL, "seats" INTEGER NOT NULL CHECK (seats >= 0), "host_id" INTEGER, "cancelled_at" INTEGER, FOREIGN KEY ("antenna_id") REFERENCES "antenna" ("id"), FOREIGN KEY ("host_id") REFERENCES "person" ("id"));

CREATE UNIQUE INDEX "info_meeting_uid" ON "info_meeting" ("uid");

CREATE INDEX "info_meeting_antenna_id" ON "info_meeting" ("antenna_id");

CREATE INDEX "info_meeting_starts_at" ON "info_meeting" ("starts_at");

CREATE INDEX "info_meeting_host_id" ON "info_meeting" ("host_id");

CREATE TABLE "irritant" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "key" TEXT NOT NULL, "text" TEXT NOT NULL, "subject" TEXT NOT NULL, "day" DATE NOT NULL, "answer" TEXT NOT NULL, "answered_on" DATE, "answered_by_id" INTEGER, FOREIGN KEY ("answered_by_id") REFERENCES "person" ("id") ON DELETE SET NULL);

CREATE UNIQUE INDEX "irritant_uid" ON "irritant" ("uid");

CREATE UNIQUE INDEX "irritant_key" ON "irritant" ("key");

CREATE INDEX "irritant_day" ON "irritant" ("day");

CREATE INDEX "irritant_answered_by_id" ON "irritant" ("answered_by_id");

CREATE TABLE "kiosk_entry" ("id" INTEGER NOT NULL PRIMARY KEY, "key" TEXT NOT NULL, "device_id" INTEGER, "sequence" INTEGER NOT NULL, "device_time" INTEGER NOT NULL, "made_at" INTEGER NOT NULL, "received_at" INTEGER NOT NULL, "version" INTEGER NOT NULL, "sealed_to" TEXT NOT NULL, "sealed" BLOB, "digest" TEXT NOT NULL, "status" TEXT NOT NULL CHECK (status IN ('received', 'applied', 'tray', 'resolved')), "kind" TEXT NOT NULL, "reason" TEXT NOT NULL, "resolved_by_id" INTEGER, "resolved_at" INTEGER, "tries" INTEGER NOT NULL, "outcome" TEXT NOT NULL, FOREIGN KEY ("device_id") REFERENCES "device" ("id"), FOREIGN KEY ("resolved_by_id") REFERENCES "person" ("id"));

CREATE UNIQUE INDEX "kiosk_entry_key" ON "kiosk_entry" ("key");

CREATE INDEX "kiosk_entry_device_id" ON "kiosk_entry" ("device_id");

CREATE INDEX "kiosk_entry_made_at" ON "kiosk_entry" ("made_at");

CREATE INDEX "kiosk_entry_resolved_by_id" ON "kiosk_entry" ("resolved_by_id");

CREATE INDEX "kiosk_entry_device_id_sequence" ON "kiosk_entry" ("device_id", "sequence");

CREATE INDEX "kiosk_entry_status_id" ON "kiosk_entry" ("status", "id");

CREATE TABLE "kiosk_key" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "public" TEXT NOT NULL, "private" BLOB NOT NULL, "made_at" INTEGER NOT NULL);

CREATE UNIQUE INDEX "kiosk_key_uid" ON "kiosk_key" ("uid");

CREATE TABLE "letter" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "dossier_id" INTEGER, "cause" TEXT NOT NULL, "event_id" INTEGER, "template" TEXT NOT NULL, "recipient_id" INTEGER, "address" TEXT NOT NULL, "occasion" TEXT NOT NULL, "language" TEXT NOT NULL, "subject" TEXT NOT NULL, "body" TEXT NOT NULL, "message_id" TEXT NOT NULL, "status" TEXT NOT NULL CHECK (status IN ('waiting', 'claimed', 'sent', 'failed', 'dropped', 'gathered', 'told')), "not_before" INTEGER NOT NULL, "next_try" INTEGER NOT NULL, "tries" INTEGER NOT NULL, "problem" TEXT NOT NULL, "written_at" INTEGER NOT NULL, "sent_at" INTEGER, FOREIGN KEY ("dossier_id") REFERENCES "dossier" ("id"), FOREIGN KEY ("event_id") REFERENCES "event" ("id"), FOREIGN KEY ("recipient_id") REFERENCES "person" ("id"));

CREATE UNIQUE INDEX "letter_uid" ON "letter" ("uid");

CREATE INDEX "letter_event_id" ON "letter" ("event_id");

CREATE INDEX "letter_recipient_id" ON "letter" ("recipient_id");

CREATE UNIQUE INDEX "letter_message_id" ON "letter" ("message_id");

CREATE UNIQUE INDEX "letter_cause_template_address_occasion" ON "letter" ("cause", "template", "address", "occasion");

CREATE INDEX "letter_status_next_try" ON "letter" ("status", "next_try");

CREATE INDEX "letter_dossier_id_id" ON "letter" ("dossier_id", "id");

CREATE TABLE "mandate" ("id" INTEGER NOT NULL PRIMARY KEY, "person_id" INTEGER NOT NULL, "since" DATE NOT NULL, "until" DATE, "reference" TEXT NOT NULL, "recorded_by_id" INTEGER, FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE CASCADE, FOREIGN KEY ("recorded_by_id") REFERENCES "person" ("id"));

CREATE INDEX "mandate_person_id" ON "mandate" ("person_id");

CREATE INDEX "mandate_recorded_by_id" ON "mandate" ("recorded_by_id");

CREATE TABLE "pairing" ("id" INTEGER NOT NULL PRIMARY KEY, "code" TEXT NOT NULL, "secret" TEXT NOT NULL, "network" TEXT NOT NULL, "made_at" INTEGER NOT NULL, "ends_at" INTEGER NOT NULL, "tries" INTEGER NOT NULL CHECK (tries <= 5), "device_id" INTEGER, "approved_at" INTEGER, "used_at" INTEGER, FOREIGN KEY ("device_id") REFERENCES "device" ("id"));

CREATE UNIQUE INDEX "pairing_code" ON "pairing" ("code");

CREATE UNIQUE INDEX "pairing_secret" ON "pairing" ("secret");

CREATE INDEX "pairing_network" ON "pairing" ("network");

CREATE INDEX "pairing_device_id" ON "pairing" ("device_id");

CREATE TABLE "paper" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "case_id" INTEGER NOT NULL, "event_id" INTEGER, "made_by_id" INTEGER, "kind" TEXT NOT NULL, "template" TEXT NOT NULL, "sha256" TEXT NOT NULL, "content" BLOB NOT NULL, "parts" TEXT NOT NULL, "made_at" INTEGER NOT NULL, FOREIGN KEY ("case_id") REFERENCES "case" ("id"), FOREIGN KEY ("event_id") REFERENCES "event" ("id"), FOREIGN KEY ("made_by_id") REFERENCES "person" ("id"));

CREATE UNIQUE INDEX "paper_uid" ON "paper" ("uid");

CREATE INDEX "paper_case_id" ON "paper" ("case_id");

CREATE INDEX "paper_event_id" ON "paper" ("event_id");

CREATE INDEX "paper_made_by_id" ON "paper" ("made_by_id");

CREATE TABLE "pending_version" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "person_id" INTEGER NOT NULL, "case_id" INTEGER, "path" TEXT NOT NULL, "typed" BLOB NOT NULL, "made_at" INTEGER NOT NULL, FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE CASCADE, FOREIGN KEY ("case_id") REFERENCES "case" ("id") ON DELETE CASCADE);

CREATE UNIQUE INDEX "pending_version_uid" ON "pending_version" ("uid");

CREATE INDEX "pending_version_person_id" ON "pending_version" ("person_id");

CREATE INDEX "pending_version_case_id" ON "pending_version" ("case_id");

CREATE INDEX "pending_version_person_id_path" ON "pending_version" ("person_id", "path");

CREATE TABLE "piece" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "dossier_id" INTEGER NOT NULL, "title" TEXT NOT NULL, "filename" TEXT NOT NULL, "media_type" TEXT NOT NULL, "size" INTEGER NOT NULL, "content" BLOB, "added_by_id" INTEGER, "added_at" INTEGER NOT NULL, "removed_at" INTEGER, FOREIGN KEY ("dossier_id") REFERENCES "dossier" ("id"), FOREIGN KEY ("added_by_id") REFERENCES "person" ("id"));

CREATE UNIQUE INDEX "piece_uid" ON "piece" ("uid");

CREATE INDEX "piece_dossier_id" ON "piece" ("dossier_id");

CREATE INDEX "piece_added_by_id" ON "piece" ("added_by_id");

CREATE TABLE "place" ("id" INTEGER NOT NULL PRIMARY KEY, "antenna_id" INTEGER NOT NULL, "month" TEXT NOT NULL, "rank" INTEGER NOT NULL, "status" TEXT NOT NULL CHECK (status IN ('free', 'held', 'accepted', 'used', 'lost', 'closed')), "holder_id" INTEGER, FOREIGN KEY ("antenna_id") REFERENCES "antenna" ("id"), FOREIGN KEY ("holder_id") REFERENCES "case" ("id"), CHECK ((holder_id IS NULL) = (status IN ('free', 'lost', 'closed'))));

CREATE UNIQUE INDEX "place_holder_id" ON "place" ("holder_id");

CREATE UNIQUE INDEX "place_antenna_id_month_rank" ON "place" ("antenna_id", "month", "rank");

CREATE TABLE "presence" ("id" INTEGER NOT NULL PRIMARY KEY, "person_id" INTEGER NOT NULL, "dossier_id" INTEGER NOT NULL, "at" INTEGER NOT NULL, FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE CASCADE, FOREIGN KEY ("dossier_id") REFERENCES "dossier" ("id") ON DELETE CASCADE);

CREATE INDEX "presence_dossier_id" ON "presence" ("dossier_id");

CREATE UNIQUE INDEX "presence_person_id_dossier_id" ON "presence" ("person_id", "dossier_id");

CREATE TABLE "privacy_request" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "person_id" INTEGER NOT NULL, "kind" TEXT NOT NULL CHECK (kind IN ('erasure', 'question')), "text" TEXT NOT NULL, "asked_at" INTEGER NOT NULL, "due_on" DATE NOT NULL, "answered_at" INTEGER, "answered_by_id" INTEGER, "answer" TEXT NOT NULL, FOREIGN KEY ("person_id") REFERENCES "person" ("id"), FOREIGN KEY ("answered_by_id") REFERENCES "person" ("id"));

CREATE UNIQUE INDEX "privacy_request_uid" ON "privacy_request" ("uid");

CREATE INDEX "privacy_request_person_id" ON "privacy_request" ("person_id");

CREATE INDEX "privacy_request_answered_by_id" ON "privacy_request" ("answered_by_id");

CREATE TABLE "purge" ("id" INTEGER NOT NULL PRIMARY KEY, "day" DATE NOT NULL, "at" INTEGER NOT NULL, "stopped" INTEGER NOT NULL, "waiting" INTEGER NOT NULL, "released_by_id" INTEGER, "released_at" INTEGER, FOREIGN KEY ("released_by_id") REFERENCES "person" ("id"));

CREATE UNIQUE INDEX "purge_day" ON "purge" ("day");

CREATE INDEX "purge_released_by_id" ON "purge" ("released_by_id");

CREATE TABLE "rank_line" ("id" INTEGER NOT NULL PRIMARY KEY, "case_id" INTEGER NOT NULL, "day" DATE NOT NULL, "before" INTEGER, "rank" INTEGER NOT NULL, "sentence" TEXT NOT NULL, FOREIGN KEY ("case_id") REFERENCES "case" ("id"));

CREATE INDEX "rank_line_case_id" ON "rank_line" ("case_id");

CREATE TABLE "reading" ("id" INTEGER NOT NULL PRIMARY KEY, "reader_id" INTEGER NOT NULL, "dossier_id" INTEGER NOT NULL, "what" TEXT NOT NULL, "allowed" INTEGER NOT NULL, "at" INTEGER NOT NULL, FOREIGN KEY ("reader_id") REFERENCES "person" ("id"), FOREIGN KEY ("dossier_id") REFERENCES "dossier" ("id"));

CREATE INDEX "reading_reader_id" ON "reading" ("reader_id");

CREATE INDEX "reading_dossier_id" ON "reading" ("dossier_id");

CREATE INDEX "reading_at" ON "reading" ("at");

CREATE TABLE "read_mark" ("id" INTEGER NOT NULL PRIMARY KEY, "person_id" INTEGER NOT NULL, "dossier_id" INTEGER NOT NULL, "number" INTEGER NOT NULL, "at" INTEGER NOT NULL, FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE CASCADE, FOREIGN KEY ("dossier_id") REFERENCES "dossier" ("id") ON DELETE CASCADE);

CREATE INDEX "read_mark_dossier_id" ON "read_mark" ("dossier_id");

CREATE UNIQUE INDEX "read_mark_person_id_dossier_id" ON "read_mark" ("person_id", "dossier_id");

CREATE TABLE "recovery_code" ("id" INTEGER NOT NULL PRIMARY KEY, "person_id" INTEGER NOT NULL, "code" TEXT NOT NULL, "used_at" INTEGER, FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE CASCADE);

CREATE INDEX "recovery_code_person_id" ON "recovery_code" ("person_id");

CREATE UNIQUE INDEX "recovery_code_code" ON "recovery_code" ("code");

CREATE TABLE "role_asked" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "asked_by_id" INTEGER NOT NULL, "asked_at" INTEGER NOT NULL, "confirmed_by_id" INTEGER, "confirmed_at" INTEGER, "person_id" INTEGER NOT NULL, "role" TEXT NOT NULL, "antenna_id" INTEGER, "until" DATE, "reason" TEXT NOT NULL, FOREIGN KEY ("asked_by_id") REFERENCES "person" ("id"), FOREIGN KEY ("confirmed_by_id") REFERENCES "person" ("id"), FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE CASCADE, FOREIGN KEY ("antenna_id") REFERENCES "antenna" ("id"), CHECK (confirmed_by_id IS NULL OR confirmed_by_id <> asked_by_id));

CREATE UNIQUE INDEX "role_asked_uid" ON "role_asked" ("uid");

CREATE INDEX "role_asked_asked_by_id" ON "role_asked" ("asked_by_id");

CREATE INDEX "role_asked_confirmed_by_id" ON "role_asked" ("confirmed_by_id");

CREATE INDEX "role_asked_person_id" ON "role_asked" ("person_id");

CREATE INDEX "role_asked_antenna_id" ON "role_asked" ("antenna_id");

CREATE TABLE "role_grant" ("id" INTEGER NOT NULL PRIMARY KEY, "person_id" INTEGER NOT NULL, "role" TEXT NOT NULL, "antenna_id" INTEGER, "since" DATE NOT NULL, "until" DATE, "granted_by_id" INTEGER, "reason" TEXT NOT NULL, FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE CASCADE, FOREIGN KEY ("antenna_id") REFERENCES "antenna" ("id"), FOREIGN KEY ("granted_by_id") REFERENCES "person" ("id"));

CREATE INDEX "role_grant_person_id" ON "role_grant" ("person_id");

CREATE INDEX "role_grant_antenna_id" ON "role_grant" ("antenna_id");

CREATE INDEX "role_grant_granted_by_id" ON "role_grant" ("granted_by_id");

CREATE INDEX "role_grant_person_id_role" ON "role_grant" ("person_id", "role");

CREATE TABLE "round" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT NOT NULL, "at" INTEGER NOT NULL);

CREATE UNIQUE INDEX "round_name" ON "round" ("name");

CREATE TABLE "saved_view" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "person_id" INTEGER NOT NULL, "name" TEXT NOT NULL, "query" TEXT NOT NULL, "shared" INTEGER NOT NULL, "saved_at" INTEGER NOT NULL, FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE CASCADE);

CREATE UNIQUE INDEX "saved_view_uid" ON "saved_view" ("uid");

CREATE INDEX "saved_view_person_id" ON "saved_view" ("person_id");

CREATE UNIQUE INDEX "saved_view_person_id_name" ON "saved_view" ("person_id", "name");

CREATE TABLE "sealed_paper" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "paper_id" INTEGER NOT NULL, "event_id" INTEGER NOT NULL, "sha256" TEXT NOT NULL, "certificate" TEXT NOT NULL, "content" BLOB NOT NULL, "made_at" INTEGER NOT NULL, FOREIGN KEY ("paper_id") REFERENCES "paper" ("id"), FOREIGN KEY ("event_id") REFERENCES "event" ("id"));

CREATE UNIQUE INDEX "sealed_paper_uid" ON "sealed_paper" ("uid");

CREATE UNIQUE INDEX "sealed_paper_paper_id" ON "sealed_paper" ("paper_id");

CREATE INDEX "sealed_paper_event_id" ON "sealed_paper" ("event_id");

CREATE TABLE "seat" ("id" INTEGER NOT NULL PRIMARY KEY, "meeting_id" INTEGER NOT NULL, "case_id" INTEGER NOT NULL, "status" TEXT NOT NULL CHECK (status IN ('expected', 'present', 'absent', 'excused')), FOREIGN KEY ("meeting_id") REFERENCES "info_meeting" ("id"), FOREIGN KEY ("case_id") REFERENCES "case" ("id"));

CREATE INDEX "seat_meeting_id" ON "seat" ("meeting_id");

CREATE UNIQUE INDEX "seat_case_id" ON "seat" ("case_id");

CREATE TABLE "served_line" ("id" INTEGER NOT NULL PRIMARY KEY, "antenna_id" INTEGER NOT NULL, "made_at" INTEGER NOT NULL, "kind" TEXT NOT NULL CHECK (kind IN ('served', 'passed', 'returned', 'night')), "month" TEXT NOT NULL, "case_id" INTEGER, "event_id" INTEGER, "sentence" TEXT NOT NULL, FOREIGN KEY ("antenna_id") REFERENCES "antenna" ("id"), FOREIGN KEY ("case_id") REFERENCES "case" ("id"), FOREIGN KEY ("event_id") REFERENCES "event" ("id"));

CREATE INDEX "served_line_antenna_id" ON "served_line" ("antenna_id");

CREATE INDEX "served_line_case_id" ON "served_line" ("case_id");

CREATE INDEX "served_line_event_id" ON "served_line" ("event_id");

CREATE INDEX "served_line_antenna_id_made_at" ON "served_line" ("antenna_id", "made_at");

CREATE TABLE "session" ("id" INTEGER NOT NULL PRIMARY KEY, "token" TEXT NOT NULL, "person_id" INTEGER NOT NULL, "begun_at" INTEGER NOT NULL, "ends_at" INTEGER NOT NULL, "revoked_at" INTEGER, "second_step_at" INTEGER, "challenge" TEXT NOT NULL, "path" TEXT NOT NULL, FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE CASCADE);

CREATE UNIQUE INDEX "session_token" ON "session" ("token");

CREATE INDEX "session_person_id" ON "session" ("person_id");

CREATE TABLE "setting_value" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT NOT NULL, "antenna_id" INTEGER, "value" TEXT NOT NULL, "since" DATE NOT NULL, "reason" TEXT NOT NULL, "changed_by_id" INTEGER, "changed_at" INTEGER NOT NULL, FOREIGN KEY ("antenna_id") REFERENCES "antenna" ("id"), FOREIGN KEY ("changed_by_id") REFERENCES "person" ("id"));

CREATE INDEX "setting_value_name" ON "setting_value" ("name");

CREATE INDEX "setting_value_antenna_id" ON "setting_value" ("antenna_id");

CREATE INDEX "setting_value_changed_by_id" ON "setting_value" ("changed_by_id");

CREATE TABLE "signing_request" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "case_id" INTEGER NOT NULL, "event_id" INTEGER NOT NULL, "person_id" INTEGER NOT NULL, "document" TEXT NOT NULL, "opened_at" INTEGER, "opened_from" TEXT NOT NULL, "opened_with" TEXT NOT NULL, "read" TEXT NOT NULL, "code" TEXT NOT NULL, "code_at" INTEGER, "code_by_id" INTEGER, "told_how" TEXT NOT NULL, "codes" INTEGER NOT NULL CHECK (codes <= 10), "tries" INTEGER NOT NULL CHECK (tries <= 6), "signed_at" INTEGER, FOREIGN KEY ("case_id") REFERENCES "case" ("id"), FOREIGN KEY ("event_id") REFERENCES "event" ("id"), FOREIGN KEY ("person_id") REFERENCES "person" ("id"), FOREIGN KEY ("code_by_id") REFERENCES "person" ("id"));

CREATE UNIQUE INDEX "signing_request_uid" ON "signing_request" ("uid");

CREATE INDEX "signing_request_case_id" ON "signing_request" ("case_id");

CREATE UNIQUE INDEX "signing_request_event_id" ON "signing_request" ("event_id");

CREATE INDEX "signing_request_person_id" ON "signing_request" ("person_id");

CREATE INDEX "signing_request_code_by_id" ON "signing_request" ("code_by_id");

CREATE TABLE "sign_in_request" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "person_id" INTEGER, "address" TEXT NOT NULL, "browser" TEXT NOT NULL, "network" TEXT NOT NULL, "suite" TEXT NOT NULL, "made_at" INTEGER NOT NULL, "ends_at" INTEGER NOT NULL, "tries" INTEGER NOT NULL CHECK (tries <= 5), "used_at" INTEGER, FOREIGN KEY ("person_id") REFERENCES "person" ("id"));

CREATE UNIQUE INDEX "sign_in_request_uid" ON "sign_in_request" ("uid");

CREATE INDEX "sign_in_request_person_id" ON "sign_in_request" ("person_id");

CREATE INDEX "sign_in_request_address" ON "sign_in_request" ("address");

CREATE INDEX "sign_in_request_network" ON "sign_in_request" ("network");

CREATE TABLE "sign_in_secret" ("id" INTEGER NOT NULL PRIMARY KEY, "request_id" INTEGER NOT NULL, "token" TEXT NOT NULL, "code" TEXT NOT NULL, "made_at" INTEGER NOT NULL, FOREIGN KEY ("request_id") REFERENCES "sign_in_request" ("id") ON DELETE CASCADE);

CREATE INDEX "sign_in_secret_request_id" ON "sign_in_secret" ("request_id");

CREATE UNIQUE INDEX "sign_in_secret_token" ON "sign_in_secret" ("token");

CREATE TABLE "slot" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "journee_id" INTEGER NOT NULL, "hour" TEXT NOT NULL CHECK (length(hour) = 5), "host_id" INTEGER, "person_id" INTEGER, "guest" BLOB, "key" TEXT, "booked_at" INTEGER, FOREIGN KEY ("journee_id") REFERENCES "journee" ("id"), FOREIGN KEY ("host_id") REFERENCES "person" ("id") ON DELETE SET NULL, FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE SET NULL);

CREATE UNIQUE INDEX "slot_uid" ON "slot" ("uid");

CREATE INDEX "slot_host_id" ON "slot" ("host_id");

CREATE INDEX "slot_person_id" ON "slot" ("person_id");

CREATE UNIQUE INDEX "slot_key" ON "slot" ("key");

CREATE INDEX "slot_journee_id_hour" ON "slot" ("journee_id", "hour");

CREATE UNIQUE INDEX "slot_journee_id_person_id" ON "slot" ("journee_id", "person_id");

CREATE TABLE "slot_wish" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "journee_id" INTEGER NOT NULL, "choices" TEXT NOT NULL, "person_id" INTEGER, "guest" BLOB, "key" TEXT NOT NULL, "asked_at" INTEGER NOT NULL, "settled_at" INTEGER, FOREIGN KEY ("journee_id") REFERENCES "journee" ("id"), FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE SET NULL);

CREATE UNIQUE INDEX "slot_wish_uid" ON "slot_wish" ("uid");

CREATE INDEX "slot_wish_journee_id" ON "slot_wish" ("journee_id");

CREATE INDEX "slot_wish_person_id" ON "slot_wish" ("person_id");

CREATE UNIQUE INDEX "slot_wish_key" ON "slot_wish" ("key");

CREATE TABLE "stumble" ("id" INTEGER NOT NULL PRIMARY KEY, "form" TEXT NOT NULL, "field" TEXT NOT NULL, "month" TEXT NOT NULL, "count" INTEGER NOT NULL);

CREATE UNIQUE INDEX "stumble_form_field_month" ON "stumble" ("form", "field", "month");

CREATE TABLE "task" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "dossier_id" INTEGER NOT NULL, "case_id" INTEGER NOT NULL, "antenna_id" INTEGER NOT NULL, "role" TEXT NOT NULL, "person_id" INTEGER, "sentence" TEXT NOT NULL, "due_on" DATE NOT NULL, "closes_with" TEXT NOT NULL, "rings_on" DATE, "rings_later" TEXT NOT NULL, "tells" TEXT NOT NULL, "notice" TEXT NOT NULL, "opened_by_id" INTEGER NOT NULL, "closed_by_id" INTEGER, "closed_at" INTEGER, FOREIGN KEY ("dossier_id") REFERENCES "dossier" ("id"), FOREIGN KEY ("case_id") REFERENCES "case" ("id"), FOREIGN KEY ("antenna_id") REFERENCES "antenna" ("id"), FOREIGN KEY ("person_id") REFERENCES "person" ("id"), FOREIGN KEY ("opened_by_id") REFERENCES "event" ("id"), FOREIGN KEY ("closed_by_id") REFERENCES "event" ("id"));

CREATE UNIQUE INDEX "task_uid" ON "task" ("uid");

CREATE INDEX "task_dossier_id" ON "task" ("dossier_id");

CREATE INDEX "task_antenna_id" ON "task" ("antenna_id");

CREATE INDEX "task_person_id" ON "task" ("person_id");

CREATE INDEX "task_opened_by_id" ON "task" ("opened_by_id");

CREATE INDEX "task_closed_by_id" ON "task" ("closed_by_id");

CREATE INDEX "task_role_closed_at_due_on" ON "task" ("role", "closed_at", "due_on");

CREATE INDEX "task_case_id_closed_at" ON "task" ("case_id", "closed_at");

CREATE INDEX "task_rings_on" ON "task" ("rings_on");

CREATE TABLE "tombstone" ("id" INTEGER NOT NULL PRIMARY KEY, "subject" TEXT NOT NULL, "erased_at" INTEGER NOT NULL, "told_at" INTEGER);

CREATE UNIQUE INDEX "tombstone_subject" ON "tombstone" ("subject");

CREATE TABLE "unknown_name" ("id" INTEGER NOT NULL PRIMARY KEY, "uid" VARCHAR(22) NOT NULL, "journee_id" INTEGER NOT NULL, "half" TEXT NOT NULL CHECK (half IN ('morning', 'afternoon')), "name" BLOB, "how" TEXT NOT NULL, "at" INTEGER NOT NULL, "key" TEXT NOT NULL, "person_id" INTEGER, "settled_at" INTEGER, "settled_by_id" INTEGER, FOREIGN KEY ("journee_id") REFERENCES "journee" ("id"), FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE SET NULL, FOREIGN KEY ("settled_by_id") REFERENCES "person" ("id") ON DELETE SET NULL);

CREATE UNIQUE INDEX "unknown_name_uid" ON "unknown_name" ("uid");

CREATE INDEX "unknown_name_journee_id" ON "unknown_name" ("journee_id");

CREATE UNIQUE INDEX "unknown_name_key" ON "unknown_name" ("key");

CREATE INDEX "unknown_name_person_id" ON "unknown_name" ("person_id");

CREATE INDEX "unknown_name_settled_by_id" ON "unknown_name" ("settled_by_id");

CREATE TABLE "wrong_answer" ("id" INTEGER NOT NULL PRIMARY KEY, "person_id" INTEGER NOT NULL, "at" INTEGER NOT NULL, FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE CASCADE);

CREATE INDEX "wrong_answer_person_id" ON "wrong_answer" ("person_id");

CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON "event" FOR EACH ROW
BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;

CREATE TRIGGER event_is_not_removed BEFORE DELETE ON "event" FOR EACH ROW
BEGIN SELECT RAISE(ABORT, 'an event is never removed'); END;

CREATE TRIGGER case_begins_nowhere BEFORE INSERT ON "case" FOR EACH ROW WHEN NOT coalesce((NEW.state = ''), false)
BEGIN SELECT RAISE(ABORT, 'a case begins without a state: its first step gives it one'); END;

CREATE TRIGGER case_state_is_told BEFORE UPDATE OF state ON "case" FOR EACH ROW WHEN NOT coalesce((NEW.state = OLD.state OR (NEW.state = (SELECT event."after" FROM event WHERE event.case_id = NEW.id ORDER BY event.id DESC LIMIT 1))), false)
BEGIN SELECT RAISE(ABORT, 'the state of a case is what its last event says'); END;

CREATE TRIGGER paper_is_frozen BEFORE UPDATE OF content, sha256 ON "paper" FOR EACH ROW
BEGIN SELECT RAISE(ABORT, 'a paper is made once and never rewritten'); END;
