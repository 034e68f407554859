-- The next row id of this node.
SELECT new_id();
