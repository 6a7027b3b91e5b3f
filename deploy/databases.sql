-- The warehouse is the database `reform`; Dagster keeps its runs in one of its own.
CREATE DATABASE dagster OWNER reform;
