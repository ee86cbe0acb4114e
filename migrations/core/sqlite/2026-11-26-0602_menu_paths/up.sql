-- `/services/{slug}/{operation}` was not unique; `/services/{slug}/{endpoint}` is. The slug has no
-- slash in it.
UPDATE menu_items
    SET path = '/services/' || substr(path, 11, instr(substr(path, 11), '/')) || endpoint_id
    WHERE endpoint_id IS NOT NULL AND path LIKE '/services/%/%';
