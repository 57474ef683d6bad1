-- The three roles of Grievance. Run once by whoever administers the database, or by `flask migrate`
-- when its role may create roles. The owner owns the tables and is used for migrations only.
DO $$ BEGIN
  CREATE ROLE grievance_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;;
DO $$ BEGIN
  CREATE ROLE grievance_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;;
DO $$ BEGIN
  CREATE ROLE grievance_worker LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;;
DO $$ BEGIN
  EXECUTE format('GRANT grievance_owner, grievance_app, grievance_worker TO %I', current_user);
EXCEPTION WHEN insufficient_privilege OR invalid_grant_operation THEN NULL; END $$;;
GRANT ALL ON SCHEMA public TO grievance_owner;;
