package org.domicile.people;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.domicile.keys.KeyId;
import org.domicile.keys.Vault;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Condition;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Tuple;
import org.domicile.keyspace.Write;
import org.domicile.request.Outcome;
import org.domicile.request.Request;

/**
 * The one engine of {@link People}. {@code changing} serialises who changes rules or keeps codes;
 * readers see the rules that were whole when they looked.
 */
final class StoredPeople implements People {
    private static final String SPACE = "people";
    private static final String RULE = "rule";
    private static final String CODE = "code";
    private static final String DYING = "dying";
    private static final int MOST_RULES = 1_000;
    private static final int MOST_OF_BUCKET = 8;
    private static final int MOST_CODES = 100_000;
    private static final int LONGEST_PREFIX = 1_024;
    private static final int LONGEST_IDENTIFIER = 1_024;

    /** Amazon S3 User Guide, "Object tagging": a key has up to 128 characters. */
    private static final int LONGEST_TAG = 128;

    /** Lines of a rule that finds people in names; one that finds them in a tag has one more. */
    private static final int LINES = 6;

    private static final int PIECE = 1_000;

    private final Keyspace keyspace;
    private final Vault vault;
    private final ReentrantLock changing = new ReentrantLock();
    private volatile Map<String, List<Compiled>> rules;

    /** A rule that is ready to look. */
    private record Compiled(Rule rule, Looking looking) {
        boolean concerns(String organisation, String name) {
            return rule.organisation().equals(organisation) && name.startsWith(rule.prefix());
        }
    }

    /** Where a rule looks. */
    private sealed interface Looking {
        /** In names. */
        record At(Template template) implements Looking {}

        /** In a tag. */
        record Under(String tag) implements Looking {}
    }

    StoredPeople(Keyspace keyspace, Vault vault) {
        this.keyspace = keyspace;
        this.vault = vault;
        List<Rule> stored = new ArrayList<>();
        try (Cursor cursor = scan(RULE)) {
            while (cursor.next()) {
                stored.add(decode(cursor.value()));
            }
        }
        this.rules = compiled(stored);
    }

    private Cursor scan(String kind) {
        return keyspace.scan(
                Space.RECORDS, Tuple.of().text(SPACE).text(kind).range(), Reading.Direction.UP);
    }

    private static Map<String, List<Compiled>> compiled(List<Rule> all) {
        Map<String, List<Compiled>> compiled = new HashMap<>();
        for (Rule rule : all) {
            compiled.computeIfAbsent(rule.bucket(), _ -> new ArrayList<>())
                    .add(new Compiled(rule, looking(rule.where())));
        }
        compiled.replaceAll((_, each) -> List.copyOf(each));
        return Map.copyOf(compiled);
    }

    private static Looking looking(Rule.Where where) {
        return switch (where) {
            case Rule.Where.InName(String pattern) -> new Looking.At(Template.of(pattern));
            case Rule.Where.InTag(String key) -> new Looking.Under(key);
        };
    }

    // ---- rules ----------------------------------------------------------------------------

    @Override
    public List<Rule> rules() {
        return rules.values().stream()
                .flatMap(List::stream)
                .map(Compiled::rule)
                .sorted(Comparator.comparing(Rule::place).thenComparing(StoredPeople::said))
                .toList();
    }

    @Override
    public String objection(Rule rule) {
        String wrong =
                switch (rule.where()) {
                    case Rule.Where.InName(String pattern) -> Template.objection(pattern);
                    case Rule.Where.InTag(String key) -> objectionToTag(key);
                };
        if (!wrong.isEmpty()) {
            return wrong;
        }
        if (rule.prefix().length() > LONGEST_PREFIX
                || (rule.prefix() + said(rule)).indexOf('\n') >= 0) {
            return "a prefix has at most 1,024 characters, and there is no line break in a rule";
        }
        List<Compiled> others = rules.getOrDefault(rule.bucket(), List.of());
        for (Compiled other : others) {
            if (other.rule().prefix().equals(rule.prefix())
                    && other.rule().where().equals(rule.where())) {
                return "there is such a rule already, " + other.rule().id();
            }
        }
        if (others.size() >= MOST_OF_BUCKET || rules().size() >= MOST_RULES) {
            return "a bucket has at most 8 rules, and an installation 1,000; 'subject rule remove'"
                    + " ends one";
        }
        return "";
    }

    private static String objectionToTag(String key) {
        return key.isBlank() || key.length() > LONGEST_TAG
                ? "a tag's key has 1 to 128 characters: for example subject"
                : "";
    }

    private static String said(Rule rule) {
        return switch (rule.where()) {
            case Rule.Where.InName(String pattern) -> pattern;
            case Rule.Where.InTag(String key) -> key;
        };
    }

    @Override
    public String create(Request request, Rule rule) {
        changing.lock();
        try {
            String objection = objection(rule);
            if (!objection.isEmpty()) {
                keyspace.commit(new Transaction().carrying(request, Outcome.CONFLICT));
                return objection;
            }
            commit(
                    new Transaction()
                            .write(
                                    new Write.Put(
                                            Space.RECORDS,
                                            Tuple.pack(SPACE, RULE, rule.id()),
                                            encode(rule)))
                            .carrying(request, Outcome.DONE));
            List<Rule> all = new ArrayList<>(rules());
            all.add(rule);
            rules = compiled(all);
            return "";
        } finally {
            changing.unlock();
        }
    }

    @Override
    public boolean remove(Request request, String id) {
        changing.lock();
        try {
            List<Rule> all = new ArrayList<>(rules());
            boolean there = all.removeIf(rule -> rule.id().equals(id));
            Transaction transaction = new Transaction();
            if (there) {
                transaction.write(new Write.Delete(Space.RECORDS, Tuple.pack(SPACE, RULE, id)));
            }
            commit(transaction.carrying(request, there ? Outcome.DONE : Outcome.ABSENT));
            rules = compiled(all);
            return there;
        } finally {
            changing.unlock();
        }
    }

    @Override
    public List<String> identifiers(String organisation, String bucket, String name) {
        List<Compiled> of = rules.getOrDefault(bucket, List.of());
        if (of.isEmpty()) {
            return List.of();
        }
        List<String> found = new ArrayList<>(1);
        for (Compiled each : of) {
            if (each.looking() instanceof Looking.At(Template template)
                    && each.concerns(organisation, name)) {
                template.subject(name.substring(each.rule().prefix().length()))
                        .ifPresent(subject -> add(subject, found));
            }
        }
        return found;
    }

    @Override
    public boolean readsTags(String organisation, String bucket, String name) {
        for (Compiled each : rules.getOrDefault(bucket, List.of())) {
            if (each.looking() instanceof Looking.Under && each.concerns(organisation, name)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public List<String> identifiers(
            String organisation, String bucket, String name, Map<String, String> tags) {
        if (tags.isEmpty()) {
            return List.of();
        }
        List<String> found = new ArrayList<>(1);
        for (Compiled each : rules.getOrDefault(bucket, List.of())) {
            if (each.looking() instanceof Looking.Under(String tag)
                    && each.concerns(organisation, name)) {
                add(tags.getOrDefault(tag, ""), found);
            }
        }
        return found;
    }

    private static void add(String subject, List<String> found) {
        if (!subject.isEmpty()
                && !found.contains(subject)
                && subject.getBytes(StandardCharsets.UTF_8).length <= LONGEST_IDENTIFIER) {
            found.add(subject);
        }
    }

    private static byte[] encode(Rule rule) {
        List<String> lines =
                new ArrayList<>(
                        List.of(
                                rule.id(),
                                rule.organisation(),
                                rule.bucket(),
                                rule.created().toString(),
                                rule.prefix()));
        switch (rule.where()) {
            case Rule.Where.InName(String pattern) -> lines.add(pattern);
            case Rule.Where.InTag(String key) -> lines.addAll(List.of("", key));
        }
        return String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
    }

    private static Rule decode(byte[] stored) {
        String[] lines = new String(stored, StandardCharsets.UTF_8).split("\n", -1);
        Rule.Where where =
                lines.length > LINES
                        ? new Rule.Where.InTag(lines[LINES])
                        : new Rule.Where.InName(lines[LINES - 1]);
        return new Rule(lines[0], lines[1], lines[2], lines[4], where, Instant.parse(lines[3]));
    }

    // ---- codes ----------------------------------------------------------------------------

    @Override
    public boolean keep(Request request, byte[] digest, Code code, Instant now) {
        changing.lock();
        try {
            if (sweep(now) >= MOST_CODES) {
                commit(new Transaction().carrying(request, Outcome.CONFLICT));
                return false;
            }
            String text =
                    String.join(
                            "\n",
                            code.organisation(),
                            code.subject().id(),
                            code.expires().toString());
            byte[] sealed = vault.seal(name(digest), text.getBytes(StandardCharsets.UTF_8));
            commit(
                    new Transaction()
                            .write(new Write.Put(Space.RECORDS, key(digest), sealed))
                            .carrying(request, Outcome.DONE));
            return true;
        } finally {
            changing.unlock();
        }
    }

    /** Removes what has expired, a thousand at most; the number of all. */
    private int sweep(Instant now) {
        int living = 0;
        Transaction transaction = new Transaction();
        try (Cursor cursor = scan(CODE)) {
            while (cursor.next()) {
                byte[] key = cursor.key();
                byte[] digest = digest(key);
                if (decode(digest, cursor.value()).expires().isBefore(now)
                        && transaction.writes().size() < PIECE) {
                    transaction.write(new Write.Delete(Space.RECORDS, key));
                } else {
                    living++;
                }
            }
        }
        if (!transaction.writes().isEmpty()) {
            commit(transaction);
        }
        return living;
    }

    @Override
    public Optional<Code> code(byte[] digest, Instant now) {
        return keyspace.get(Space.RECORDS, key(digest))
                .map(sealed -> decode(digest, sealed))
                .filter(code -> now.isBefore(code.expires()));
    }

    @Override
    public boolean spend(byte[] digest) {
        Optional<byte[]> stored = keyspace.get(Space.RECORDS, key(digest));
        if (stored.isEmpty()) {
            return false;
        }
        return switch (keyspace.commit(
                new Transaction()
                        .when(new Condition.Holds(Space.RECORDS, key(digest), stored))
                        .write(new Write.Delete(Space.RECORDS, key(digest))))) {
            case Committed.Applied _ -> true;
            case Committed.Stale _ -> false;
        };
    }

    private Code decode(byte[] digest, byte[] sealed) {
        String[] lines =
                new String(vault.open(name(digest), sealed), StandardCharsets.UTF_8)
                        .split("\n", -1);
        return new Code(lines[0], new KeyId(KeyId.Kind.SUBJECT, lines[1]), Instant.parse(lines[2]));
    }

    private static String name(byte[] digest) {
        return "people/code/" + HexFormat.of().formatHex(digest);
    }

    private static byte[] key(byte[] digest) {
        return Tuple.pack(SPACE, CODE, HexFormat.of().formatHex(digest));
    }

    private static byte[] digest(byte[] key) {
        return HexFormat.of().parseHex(text(key));
    }

    // ---- deaths ---------------------------------------------------------------------------

    @Override
    public void intend(Request request, List<KeyId> keys) {
        Transaction transaction = new Transaction();
        for (KeyId key : keys) {
            transaction.write(
                    new Write.Put(Space.RECORDS, Tuple.pack(SPACE, DYING, key.id()), new byte[0]));
        }
        commit(transaction.carrying(request, Outcome.DONE));
    }

    @Override
    public List<KeyId> intended() {
        List<KeyId> keys = new ArrayList<>();
        try (Cursor cursor = scan(DYING)) {
            while (cursor.next()) {
                keys.add(new KeyId(KeyId.Kind.SUBJECT, text(cursor.key())));
            }
        }
        return keys;
    }

    @Override
    public void completed(List<KeyId> keys) {
        Transaction transaction = new Transaction();
        keys.forEach(key ->
                transaction.write(
                        new Write.Delete(Space.RECORDS, Tuple.pack(SPACE, DYING, key.id()))));
        commit(transaction);
    }

    /** The last part of a key of ours. */
    private static String text(byte[] key) {
        return Tuple.unpack(key).getLast() instanceof Tuple.Part.Text(String text) ? text : "";
    }

    private void commit(Transaction transaction) {
        switch (keyspace.commit(transaction)) {
            case Committed.Applied _ -> {}
            case Committed.Stale stale ->
                    throw new IllegalStateException("there was no condition: " + stale);
        }
    }
}
