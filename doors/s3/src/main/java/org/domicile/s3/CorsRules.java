package org.domicile.s3;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.domicile.bytes.Budget;
import org.domicile.guard.CorsDocument;
import org.domicile.guard.Guard;

/**
 * The rules of buckets, parsed once for each change: whoever sends an {@code Origin} asks for them
 * before anybody knows who it is. Safe for concurrent use.
 */
final class CorsRules {
    /** Bytes of documents; beyond this all are forgotten, and parsed again when asked for. */
    private static final long MOST = 4L << 20;

    /** What a bucket costs beside its document. */
    private static final long EACH = 1 << 10;

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private record Known(CorsDocument document, List<CorsRule> rules, long weight) {}

    private final Guard guard;
    private final Budget memory;
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private long held; // changed under this object's lock

    /**
     * @param memory for documents while they are parsed
     */
    CorsRules(Guard guard, Budget memory) {
        this.guard = guard;
        this.memory = memory;
    }

    /** Of a bucket by its name; none for one without rules or that is not there. */
    List<CorsRule> of(String bucket) {
        Optional<CorsDocument> document = bucket.isEmpty() ? Optional.empty() : guard.cors(bucket);
        if (document.isEmpty()) {
            return List.of();
        }
        Known before = known.get(bucket);
        return before != null && before.document().same(document.get())
                ? before.rules()
                : parsed(bucket, document.get());
    }

    private List<CorsRule> parsed(String bucket, CorsDocument document) {
        byte[] text = document.open().orElseGet(() -> new byte[0]);
        if (text.length == 0) {
            return List.of();
        }
        long tree = Call.TREE * text.length;
        memory.take(tree, PATIENCE);
        try {
            List<CorsRule> rules = CorsRule.parse(text);
            keep(bucket, new Known(document, rules, EACH + text.length));
            return rules;
        } finally {
            memory.give(tree);
        }
    }

    private synchronized void keep(String bucket, Known now) {
        if (held + now.weight() > MOST) {
            known.clear();
            held = 0;
        }
        Known before = known.put(bucket, now);
        held += now.weight() - (before == null ? 0 : before.weight());
    }
}
