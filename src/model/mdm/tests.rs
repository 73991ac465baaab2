//! Stories of an organization's users, and the lists held against a plain reading of the rules.
