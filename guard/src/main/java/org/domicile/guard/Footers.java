package org.domicile.guard;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.domicile.query.Footer;

/**
 * Footers of objects that were looked into, by the object's id; the oldest go when they are too
 * many bytes. They are shown to nobody who may not read the object. Behind its own lock.
 */
final class Footers {
    private static final long MOST = 16L << 20;

    private final Map<String, Footer> all = new LinkedHashMap<>(64, 0.75f, true);
    private long bytes;

    synchronized Optional<Footer> of(String id) {
        return Optional.ofNullable(all.get(id));
    }

    synchronized void keep(String id, Footer footer) {
        Footer old = all.put(id, footer);
        bytes += size(footer) - (old == null ? 0 : size(old));
        var oldest = all.entrySet().iterator();
        while (bytes > MOST && oldest.hasNext()) {
            bytes -= size(oldest.next().getValue());
            oldest.remove();
        }
    }

    /** About what it takes: the tail, and what was made of it. */
    static long size(Footer footer) {
        return footer.tail().length + 100L * footer.chunks().size() + 256;
    }
}
