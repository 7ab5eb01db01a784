package org.domicile.schemas;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Schemas that were read lately, of so many characters together. Safe for concurrent use. */
final class Remembered {
    private static final long MOST = 1L << 20;

    /** What a schema without any text would count. */
    private static final int EACH = 1_000;

    private record Key(String organisation, int id) {}

    private final Map<Key, Parsed> parsed = new LinkedHashMap<>(16, 0.75f, true);
    private long weight;

    synchronized Optional<Parsed> get(String organisation, int id) {
        return Optional.ofNullable(parsed.get(new Key(organisation, id)));
    }

    synchronized void put(String organisation, int id, Parsed fresh) {
        remove(organisation, id);
        parsed.put(new Key(organisation, id), fresh);
        weight += weight(fresh);
        Iterator<Parsed> oldest = parsed.values().iterator();
        while (weight > MOST && parsed.size() > 1) {
            weight -= weight(oldest.next());
            oldest.remove();
        }
    }

    synchronized void remove(String organisation, int id) {
        Parsed before = parsed.remove(new Key(organisation, id));
        weight -= before == null ? 0 : weight(before);
    }

    private static long weight(Parsed one) {
        return EACH + one.text().length();
    }
}
