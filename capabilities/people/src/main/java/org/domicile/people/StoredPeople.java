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
    private static final int PIECE = 1_000;

    private final Keyspace keyspace;
    private final Vault vault;
    private final ReentrantLock changing = new ReentrantLock();
    private volatile Map<String, List<Compiled>> rules;

    /** A rule with its pattern made ready. */
    private record Compiled(Rule rule, Template template) {}

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
                    .add(new Compiled(rule, Template.of(rule.pattern())));
        }
        compiled.replaceAll((_, each) -> List.copyOf(each));
        return Map.copyOf(compiled);
    }

    // ---- rules ----------------------------------------------------------------------------

    @Override
    public List<Rule> rules() {
        return rules.values().stream()
                .flatMap(List::stream)
                .map(Compiled::rule)
                .sorted(Comparator.comparing(Rule::place).thenComparing(Rule::pattern))
                .toList();
    }

    @Override
    public String objection(Rule rule) {
        String wrong = Template.objection(rule.pattern());
        if (!wrong.isEmpty()) {
            return wrong;
        }
        if (rule.prefix().length() > LONGEST_PREFIX
                || (rule.prefix() + rule.pattern()).indexOf('\n') >= 0) {
            return "a prefix has at most 1,024 characters, and there is no line break in a rule";
        }
        List<Compiled> others = rules.getOrDefault(rule.bucket(), List.of());
        for (Compiled other : others) {
            if (other.rule().prefix().equals(rule.prefix())
                    && other.rule().pattern().equals(rule.pattern())) {
                return "there is such a rule already, " + other.rule().id();
            }
        }
        if (others.size() >= MOST_OF_BUCKET || rules().size() >= MOST_RULES) {
            return "a bucket has at most 8 rules, and an installation 1,000; 'subject rule remove'"
                    + " ends one";
        }
        return "";
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
            String prefix = each.rule().prefix();
            if (each.rule().organisation().equals(organisation) && name.startsWith(prefix)) {
                each.template()
                        .subject(name.substring(prefix.length()))
                        .filter(subject ->
                                subject.getBytes(StandardCharsets.UTF_8).length
                                        <= LONGEST_IDENTIFIER)
                        .filter(subject -> !found.contains(subject))
                        .ifPresent(found::add);
            }
        }
        return found;
    }

    private static byte[] encode(Rule rule) {
        return String.join(
                        "\n",
                        rule.id(),
                        rule.organisation(),
                        rule.bucket(),
                        rule.created().toString(),
                        rule.prefix(),
                        rule.pattern())
                .getBytes(StandardCharsets.UTF_8);
    }

    private static Rule decode(byte[] stored) {
        String[] lines = new String(stored, StandardCharsets.UTF_8).split("\n", -1);
        return new Rule(lines[0], lines[1], lines[2], lines[4], lines[5], Instant.parse(lines[3]));
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
