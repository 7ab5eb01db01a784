package org.domicile.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.domicile.keyspace.Committed;
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
 * The one engine of {@link Schemas}, under {@code ("schemas", KIND, …)}:
 *
 * <pre>
 *   next                                 the last id that was given
 *   text ORGANISATION ID                 a tuple: format, text, and of each reference name, subject, version
 *   same ORGANISATION HASH               the id of what has this meaning
 *   version ORGANISATION SUBJECT VERSION the id (4 bytes), 1 if deleted (1), when it was made (ms, 8)
 *   builds ORGANISATION SUBJECT VERSION ID   nothing: the schema ID refers to that version
 *   level ORGANISATION SUBJECT           its name; of the organisation itself: SUBJECT is empty
 * </pre>
 *
 * Which versions there are is in memory, too; texts are read when they are needed. An organisation
 * changes its schemas one at a time; {@code numbering} serialises what takes an id.
 */
final class StoredSchemas implements Schemas {
    private static final String SPACE = "schemas";
    private static final byte[] NEXT = Tuple.pack(SPACE, "next");

    /** Permanent deletions of one commit: each deletes what refers to others, too. */
    private static final int AT_ONCE = 100;

    private static final int READING = 4;
    private static final int VALUE = Integer.BYTES + 1 + Long.BYTES;

    private record Version(int number, int id, boolean deleted, Instant made) {
        byte[] encoded() {
            return ByteBuffer.allocate(VALUE)
                    .putInt(id)
                    .put((byte) (deleted ? 1 : 0))
                    .putLong(made.toEpochMilli())
                    .array();
        }

        Version removed() {
            return new Version(number, id, true, made);
        }
    }

    /** Of one subject, in order; never empty, never changed. */
    private record Subject(List<Version> versions) {
        Subject {
            versions = List.copyOf(versions);
        }

        List<Version> shown(Shown shown) {
            return shown == Shown.ALL
                    ? versions
                    : versions.stream().filter(each -> !each.deleted()).toList();
        }

        Optional<Version> version(int number, Shown shown) {
            return versions.stream()
                    .filter(each -> each.number() == number)
                    .filter(each -> shown == Shown.ALL || !each.deleted())
                    .findFirst();
        }
    }

    /** What an organisation has. */
    private static final class Own {
        private final ReentrantLock changing = new ReentrantLock();
        private final Map<String, Subject> subjects = new ConcurrentSkipListMap<>();
        private final Map<String, Compatibility> levels = new ConcurrentSkipListMap<>();
    }

    private final Keyspace keyspace;
    private final InstantSource clock;
    private final Map<String, Own> organisations = new ConcurrentHashMap<>();
    private final Remembered remembered = new Remembered();
    private final ReentrantLock numbering = new ReentrantLock();

    /** Schemas that strangers send are read a few at a time: one can take tens of megabytes. */
    private final Semaphore reading = new Semaphore(READING, true);

    StoredSchemas(Keyspace keyspace, InstantSource clock) {
        this.keyspace = keyspace;
        this.clock = clock;
        each(
                Tuple.of().text(SPACE).text("version"),
                (parts, value) -> {
                    ByteBuffer in = ByteBuffer.wrap(value);
                    Version version =
                            new Version(
                                    number(parts.get(4)),
                                    in.getInt(),
                                    in.get() == 1,
                                    Instant.ofEpochMilli(in.getLong()));
                    own(text(parts.get(2)))
                            .subjects
                            .merge(
                                    text(parts.get(3)),
                                    new Subject(List.of(version)),
                                    (before, _) -> with(before, version));
                });
        each(
                Tuple.of().text(SPACE).text("level"),
                (parts, value) ->
                        own(text(parts.get(2)))
                                .levels
                                .put(
                                        text(parts.get(3)),
                                        Compatibility.valueOf(new String(value, UTF_8))));
    }

    // what lies in the keyspace

    private interface Seen {
        void of(List<Tuple.Part> key, byte[] value);
    }

    private void each(Tuple under, Seen seen) {
        try (Cursor cursor = keyspace.scan(Space.RECORDS, under.range(), Reading.Direction.UP)) {
            while (cursor.next()) {
                seen.of(Tuple.unpack(cursor.key()), cursor.value());
            }
        }
    }

    private static String text(Tuple.Part part) {
        if (part instanceof Tuple.Part.Text(String value)) {
            return value;
        }
        throw new IllegalStateException("a key of schemas has no text where one should be");
    }

    private static int number(Tuple.Part part) {
        if (part instanceof Tuple.Part.Number(long value, Tuple.Sign _)) {
            return Math.toIntExact(value);
        }
        throw new IllegalStateException("a key of schemas has no number where one should be");
    }

    private static Write put(byte[] key, byte[] value) {
        return new Write.Put(Space.RECORDS, key, value);
    }

    private static Write delete(byte[] key) {
        return new Write.Delete(Space.RECORDS, key);
    }

    private static byte[] textKey(String organisation, int id) {
        return Tuple.pack(SPACE, "text", organisation, id);
    }

    private static byte[] sameKey(String organisation, String hash) {
        return Tuple.pack(SPACE, "same", organisation, hash);
    }

    private static byte[] versionKey(String organisation, String subject, int version) {
        return Tuple.pack(SPACE, "version", organisation, subject, version);
    }

    private static byte[] buildsKey(String organisation, Reference on, int id) {
        return Tuple.pack(SPACE, "builds", organisation, on.subject(), on.version(), id);
    }

    private static byte[] levelKey(String organisation, String subject) {
        return Tuple.pack(SPACE, "level", organisation, subject);
    }

    private static byte[] encoded(int id) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(id).array();
    }

    private static byte[] encoded(SchemaText schema) {
        Tuple tuple = Tuple.of().text(schema.format().name()).text(schema.text());
        for (Reference each : schema.references()) {
            tuple.text(each.name()).text(each.subject()).signed(each.version());
        }
        return tuple.pack();
    }

    private static SchemaText decoded(byte[] value) {
        List<Tuple.Part> parts = Tuple.unpack(value);
        List<Reference> references = new ArrayList<>();
        for (int i = 2; i < parts.size(); i += 3) {
            references.add(
                    new Reference(
                            text(parts.get(i)), text(parts.get(i + 1)), number(parts.get(i + 2))));
        }
        return new SchemaText(Format.valueOf(text(parts.get(0))), text(parts.get(1)), references);
    }

    private void commit(Transaction transaction) {
        switch (keyspace.commit(transaction)) {
            case Committed.Applied _ -> {}
            case Committed.Stale _ -> throw new IllegalStateException("no condition was set");
        }
    }

    private <T> T refused(Request request, Outcome outcome, T why) {
        commit(new Transaction().carrying(request, outcome));
        return why;
    }

    // what is in memory

    private Own own(String organisation) {
        return organisations.computeIfAbsent(organisation, _ -> new Own());
    }

    private Optional<Subject> subject(String organisation, String subject) {
        return Optional.ofNullable(organisations.get(organisation))
                .map(each -> each.subjects.get(subject));
    }

    private static Subject with(Subject before, Version version) {
        List<Version> versions = new ArrayList<>(before.versions());
        versions.removeIf(each -> each.number() == version.number());
        versions.add(version);
        versions.sort((one, other) -> Integer.compare(one.number(), other.number()));
        return new Subject(versions);
    }

    private Registered registered(String organisation, String subject, Version version) {
        return new Registered(
                subject,
                version.number(),
                version.id(),
                schema(organisation, version.id()).orElseThrow(),
                version.deleted(),
                version.made());
    }

    // schemas

    private Loading loading(String organisation) {
        return new Loading(
                new Loading.Register() {
                    @Override
                    public Optional<Integer> id(Reference reference) {
                        return subject(organisation, reference.subject())
                                .flatMap(each -> each.version(reference.version(), Shown.ALL))
                                .map(Version::id);
                    }

                    @Override
                    public SchemaText text(int id) {
                        return schema(organisation, id)
                                .orElseThrow(() -> new BadSchema("What it builds on was deleted."));
                    }
                });
    }

    private Parsed read(Loading loading, SchemaText schema) {
        reading.acquireUninterruptibly();
        try {
            return loading.of(schema);
        } finally {
            reading.release();
        }
    }

    private Optional<Parsed> parsed(String organisation, int id) {
        return remembered
                .get(organisation, id)
                .or(() ->
                        schema(organisation, id)
                                .map(each -> {
                                    Parsed fresh = read(loading(organisation), each);
                                    remembered.put(organisation, id, fresh);
                                    return fresh;
                                }));
    }

    /** What makes a schema this one. */
    private static String hash(Parsed parsed, SchemaText schema, List<Integer> on) {
        StringBuilder whole = new StringBuilder(schema.format().name()).append('\n');
        for (int i = 0; i < on.size(); i++) {
            whole.append(schema.references().get(i).name()).append(' ').append(on.get(i));
            whole.append('\n');
        }
        return Hash.of(whole.append(parsed.canonical()).toString().getBytes(UTF_8));
    }

    private record Read(Parsed parsed, String hash) {}

    private Read read(String organisation, SchemaText schema) {
        if (!isText(schema.text())
                || !schema.references().stream()
                        .allMatch(each -> isName(each.name()) && isName(each.subject()))) {
            throw new BadSchema(
                    "Its text, or a name that it refers to, is empty, too long, or not Unicode.");
        }
        Loading loading = loading(organisation);
        Parsed parsed = read(loading, schema);
        return new Read(parsed, hash(parsed, schema, loading.ids()));
    }

    private static boolean isText(String text) {
        return UTF_8.newEncoder().canEncode(text);
    }

    private static boolean isName(String name) {
        return !name.isBlank()
                && name.length() <= LONGEST_SUBJECT
                && isText(name)
                && name.chars().noneMatch(Character::isISOControl);
    }

    @Override
    public Registering register(
            Request request, String organisation, String subject, SchemaText schema) {
        if (!isName(subject)) {
            return refused(
                    request,
                    Outcome.INVALID,
                    new Registering.Invalid(
                            "A subject's name has 1 to %d characters that can be printed."
                                    .formatted(LONGEST_SUBJECT)));
        }
        Own own = own(organisation);
        own.changing.lock();
        try {
            Read read = read(organisation, schema);
            return register(request, organisation, subject, schema, read);
        } catch (BadSchema e) {
            return refused(request, Outcome.INVALID, new Registering.Invalid(e.sentence()));
        } finally {
            own.changing.unlock();
        }
    }

    private Registering register(
            Request request, String organisation, String subject, SchemaText schema, Read read) {
        Own own = own(organisation);
        Optional<Subject> before = subject(organisation, subject);
        Optional<Integer> known = same(organisation, read.hash());
        Optional<Version> same =
                known.flatMap(id -> before.flatMap(each -> newest(each, id, Shown.LIVE)));
        if (same.isPresent()) {
            return refused(
                    request,
                    Outcome.DONE,
                    new Registering.Done(registered(organisation, subject, same.get())));
        }
        Optional<String> full = full(own, before);
        if (full.isPresent()) {
            return refused(request, Outcome.CONFLICT, new Registering.Full(full.get()));
        }
        List<String> why = breaks(organisation, subject, read.parsed(), Optional.empty());
        if (!why.isEmpty()) {
            return refused(request, Outcome.CONFLICT, new Registering.Incompatible(why));
        }
        int next = before.map(each -> each.versions().getLast().number() + 1).orElse(1);
        Transaction transaction = new Transaction();
        numbering.lock();
        try {
            int id = known.orElseGet(this::next);
            Version version = new Version(next, id, false, clock.instant());
            SchemaText kept =
                    new SchemaText(schema.format(), read.parsed().text(), schema.references());
            if (known.isEmpty()) {
                transaction
                        .write(put(NEXT, encoded(id)))
                        .write(put(textKey(organisation, id), encoded(kept)))
                        .write(put(sameKey(organisation, read.hash()), encoded(id)));
                kept.references()
                        .forEach(each ->
                                transaction.write(
                                        put(buildsKey(organisation, each, id), new byte[0])));
            }
            commit(
                    transaction
                            .write(put(versionKey(organisation, subject, next), version.encoded()))
                            .carrying(request, Outcome.DONE));
            own.subjects.put(
                    subject,
                    before.map(each -> with(each, version))
                            .orElseGet(() -> new Subject(List.of(version))));
            return new Registering.Done(registered(organisation, subject, version));
        } finally {
            numbering.unlock();
        }
    }

    private int next() {
        int last =
                keyspace.get(Space.RECORDS, NEXT)
                        .map(each -> ByteBuffer.wrap(each).getInt())
                        .orElse(0);
        return Math.addExact(last, 1);
    }

    private Optional<Integer> same(String organisation, String hash) {
        return keyspace.get(Space.RECORDS, sameKey(organisation, hash))
                .map(each -> ByteBuffer.wrap(each).getInt());
    }

    private static Optional<Version> newest(Subject subject, int id, Shown shown) {
        return subject.shown(shown).stream()
                .filter(each -> each.id() == id)
                .reduce((_, later) -> later);
    }

    private static Optional<String> full(Own own, Optional<Subject> before) {
        if (before.isEmpty() && own.subjects.size() >= MOST_SUBJECTS) {
            return Optional.of(
                    "An organisation has at most %d subjects; delete some permanently."
                            .formatted(MOST_SUBJECTS));
        }
        if (before.isPresent() && before.get().versions().size() >= MOST_VERSIONS) {
            return Optional.of(
                    "A subject has at most %d versions; delete some permanently."
                            .formatted(MOST_VERSIONS));
        }
        int all = own.subjects.values().stream().mapToInt(each -> each.versions().size()).sum();
        return all >= MOST_OF_ALL
                ? Optional.of(
                        "An organisation has at most %d versions; delete some permanently."
                                .formatted(MOST_OF_ALL))
                : Optional.empty();
    }

    @Override
    public Found find(String organisation, String subject, SchemaText schema, Shown shown) {
        Optional<Subject> all =
                subject(organisation, subject).filter(each -> !each.shown(shown).isEmpty());
        if (all.isEmpty()) {
            return new Found.NoSubject();
        }
        try {
            Optional<Version> found =
                    same(organisation, read(organisation, schema).hash())
                            .flatMap(id -> newest(all.get(), id, shown));
            return found.<Found>map(
                            each -> new Found.Version(registered(organisation, subject, each)))
                    .orElseGet(Found.NoVersion::new);
        } catch (BadSchema e) {
            return new Found.Invalid(e.sentence());
        }
    }

    @Override
    public List<String> subjects(String organisation, Shown shown) {
        return own(organisation).subjects.entrySet().stream()
                .filter(each -> !each.getValue().shown(shown).isEmpty())
                .map(Map.Entry::getKey)
                .toList();
    }

    @Override
    public List<Integer> versions(String organisation, String subject, Shown shown) {
        return subject(organisation, subject)
                .map(each -> each.shown(shown).stream().map(Version::number).toList())
                .orElse(List.of());
    }

    @Override
    public Optional<Registered> version(
            String organisation, String subject, int version, Shown shown) {
        return subject(organisation, subject)
                .flatMap(each -> each.version(version, shown))
                .map(each -> registered(organisation, subject, each));
    }

    @Override
    public Optional<Registered> newest(String organisation, String subject) {
        return subject(organisation, subject)
                .flatMap(each -> each.shown(Shown.LIVE).stream().reduce((_, later) -> later))
                .map(each -> registered(organisation, subject, each));
    }

    @Override
    public Optional<SchemaText> schema(String organisation, int id) {
        return keyspace.get(Space.RECORDS, textKey(organisation, id)).map(StoredSchemas::decoded);
    }

    @Override
    public Optional<String> serialised(String organisation, int id) {
        return parsed(organisation, id)
                .filter(ProtobufSchema.class::isInstance)
                .map(each -> ((ProtobufSchema) each).serialised());
    }

    @Override
    public List<Place> places(String organisation, int id, Shown shown) {
        List<Place> places = new ArrayList<>();
        own(organisation)
                .subjects
                .forEach((name, subject) ->
                        subject.shown(shown).stream()
                                .filter(each -> each.id() == id)
                                .forEach(each -> places.add(new Place(name, each.number()))));
        return places;
    }

    @Override
    public List<Integer> builders(String organisation, String subject, int version) {
        List<Integer> ids = new ArrayList<>();
        each(
                Tuple.of()
                        .text(SPACE)
                        .text("builds")
                        .text(organisation)
                        .text(subject)
                        .signed(version),
                (parts, _) -> ids.add(number(parts.getLast())));
        return ids;
    }

    // compatibility

    private Compatibility level(String organisation, String subject) {
        return compatibility(organisation, Optional.of(subject))
                .or(() -> compatibility(organisation, Optional.empty()))
                .orElse(Compatibility.BACKWARD);
    }

    @Override
    public Compared compare(
            String organisation, String subject, Optional<Integer> version, SchemaText schema) {
        Optional<Subject> all =
                subject(organisation, subject).filter(each -> !each.shown(Shown.LIVE).isEmpty());
        if (all.isEmpty()) {
            try {
                read(organisation, schema); // which may be none at all
                return new Compared.NoSubject();
            } catch (BadSchema e) {
                return new Compared.Invalid(e.sentence());
            }
        }
        Optional<Version> against = version.flatMap(each -> all.get().version(each, Shown.LIVE));
        if (version.isPresent() && against.isEmpty()) {
            return new Compared.NoVersion();
        }
        try {
            List<String> why =
                    breaks(organisation, subject, read(organisation, schema).parsed(), against);
            return why.isEmpty() ? new Compared.Compatible() : new Compared.Incompatible(why);
        } catch (BadSchema e) {
            return new Compared.Invalid(e.sentence());
        }
    }

    /**
     * @param against empty for those that the level says
     */
    private List<String> breaks(
            String organisation, String subject, Parsed fresh, Optional<Version> against) {
        Compatibility level = level(organisation, subject);
        List<Version> live =
                subject(organisation, subject)
                        .map(each -> each.shown(Shown.LIVE))
                        .orElse(List.of());
        if (live.isEmpty()) {
            return List.of();
        }
        boolean all =
                switch (level) {
                    case BACKWARD_TRANSITIVE, FORWARD_TRANSITIVE, FULL_TRANSITIVE -> true;
                    case NONE, BACKWARD, FORWARD, FULL -> false;
                };
        List<Version> others =
                against.map(List::of).orElse(all ? live.reversed() : List.of(live.getLast()));
        for (Version each : others) {
            Parsed old = parsed(organisation, each.id()).orElseThrow();
            List<String> why = breaks(level, old, fresh);
            if (!why.isEmpty()) {
                List<String> told = new ArrayList<>();
                told.add("It breaks with version %d, by %s:".formatted(each.number(), level));
                told.addAll(why);
                return told;
            }
        }
        return List.of();
    }

    private static List<String> breaks(Compatibility level, Parsed old, Parsed fresh) {
        if (level == Compatibility.NONE) {
            return List.of();
        }
        if (old.getClass() != fresh.getClass()) {
            return List.of("The language of schemas is another.");
        }
        List<String> why = new ArrayList<>();
        switch (level) {
            case BACKWARD, BACKWARD_TRANSITIVE -> why.addAll(fresh.breaks(old));
            case FORWARD, FORWARD_TRANSITIVE -> why.addAll(old.breaks(fresh));
            case FULL, FULL_TRANSITIVE -> {
                why.addAll(fresh.breaks(old));
                why.addAll(old.breaks(fresh));
            }
            case NONE -> {}
        }
        return why;
    }

    @Override
    public Optional<Compatibility> compatibility(String organisation, Optional<String> subject) {
        return Optional.ofNullable(own(organisation).levels.get(subject.orElse("")));
    }

    @Override
    public boolean configure(
            Request request,
            String organisation,
            Optional<String> subject,
            Optional<Compatibility> level) {
        String of = subject.orElse("");
        Own own = own(organisation);
        own.changing.lock();
        try {
            boolean fresh = level.isPresent() && !own.levels.containsKey(of);
            if ((fresh && own.levels.size() > MOST_SUBJECTS)
                    || (subject.isPresent() && !isName(of))) {
                return refused(request, Outcome.CONFLICT, false);
            }
            byte[] key = levelKey(organisation, of);
            commit(
                    new Transaction()
                            .write(
                                    level.map(each -> put(key, each.name().getBytes(UTF_8)))
                                            .orElseGet(() -> delete(key)))
                            .carrying(request, Outcome.DONE));
            if (level.isPresent()) {
                own.levels.put(of, level.get());
            } else {
                own.levels.remove(of);
            }
            return true;
        } finally {
            own.changing.unlock();
        }
    }

    // removal

    @Override
    public Removing remove(
            Request request,
            String organisation,
            String subject,
            Optional<Integer> version,
            Removal how) {
        Own own = own(organisation);
        own.changing.lock();
        try {
            Optional<Subject> before = subject(organisation, subject);
            if (before.isEmpty()) {
                return refused(request, Outcome.ABSENT, new Removing.NoSubject());
            }
            List<Version> chosen =
                    version.isEmpty()
                            ? before.get().versions()
                            : before.get().version(version.get(), Shown.ALL).stream().toList();
            if (chosen.isEmpty()) {
                return refused(request, Outcome.ABSENT, new Removing.NoVersion());
            }
            if (how == Removal.PERMANENT && chosen.stream().anyMatch(each -> !each.deleted())) {
                return refused(request, Outcome.CONFLICT, new Removing.NotYet());
            }
            List<Version> going =
                    how == Removal.PERMANENT
                            ? chosen.subList(0, Math.min(chosen.size(), AT_ONCE))
                            : chosen.stream().filter(each -> !each.deleted()).toList();
            if (going.isEmpty()) {
                return refused(request, Outcome.CONFLICT, new Removing.Already());
            }
            for (Version each : going) {
                if (!builders(organisation, subject, each.number()).isEmpty()) {
                    return refused(
                            request,
                            Outcome.CONFLICT,
                            new Removing.Referenced(
                                    "%s, version %d".formatted(subject, each.number())));
                }
            }
            removed(request, organisation, subject, before.get(), going, how);
            return new Removing.Done(going.stream().map(Version::number).toList());
        } finally {
            own.changing.unlock();
        }
    }

    private void removed(
            Request request,
            String organisation,
            String subject,
            Subject before,
            List<Version> going,
            Removal how) {
        Own own = own(organisation);
        Transaction transaction = new Transaction();
        Subject after = before;
        List<Integer> ended = new ArrayList<>();
        if (how == Removal.SOFT) {
            for (Version each : going) {
                after = with(after, each.removed());
                transaction.write(
                        put(
                                versionKey(organisation, subject, each.number()),
                                each.removed().encoded()));
            }
            commit(transaction.carrying(request, Outcome.DONE));
            own.subjects.put(subject, after);
            return;
        }
        List<Version> left =
                before.versions().stream().filter(each -> !going.contains(each)).toList();
        for (Version each : going) {
            transaction.write(delete(versionKey(organisation, subject, each.number())));
            boolean used =
                    left.stream().anyMatch(other -> other.id() == each.id())
                            || places(organisation, each.id(), Shown.ALL).stream()
                                    .anyMatch(place -> !place.subject().equals(subject));
            if (!used && !ended.contains(each.id())) {
                ended.add(each.id());
                end(transaction, organisation, each.id());
            }
        }
        if (left.isEmpty()) {
            transaction.write(delete(levelKey(organisation, subject)));
        }
        commit(transaction.carrying(request, Outcome.DONE));
        ended.forEach(each -> remembered.remove(organisation, each));
        if (left.isEmpty()) {
            own.subjects.remove(subject);
            own.levels.remove(subject);
        } else {
            own.subjects.put(subject, new Subject(left));
        }
    }

    /** Nobody is this schema any more. */
    private void end(Transaction transaction, String organisation, int id) {
        SchemaText schema = schema(organisation, id).orElseThrow();
        Loading loading = loading(organisation);
        String hash = hash(loading.of(schema), schema, loading.ids());
        transaction
                .write(delete(textKey(organisation, id)))
                .write(delete(sameKey(organisation, hash)));
        schema.references()
                .forEach(each -> transaction.write(delete(buildsKey(organisation, each, id))));
    }

    // tables

    @Override
    public Optional<Shape> shape(String organisation, int id) {
        try {
            return parsed(organisation, id).map(Parsed::shape);
        } catch (BadSchema e) {
            return Optional.of(new Shape.None(e.sentence()));
        }
    }

    @Override
    public Optional<RowDecoder> decoder(String organisation, int id) {
        return shape(organisation, id).orElse(new Shape.None(""))
                        instanceof Shape.Table(List<Column> columns)
                ? parsed(organisation, id)
                        .map(each ->
                                new Decoding(each, columns, writer -> parsed(organisation, writer)))
                : Optional.empty();
    }

    @Override
    public Optional<Written> written(String organisation, String subject, int id) {
        boolean own =
                subject(organisation, subject)
                        .flatMap(each -> newest(each, id, Shown.ALL))
                        .isPresent();
        return own
                ? schema(organisation, id)
                        .map(each -> new Written(each, behind(organisation, each)))
                : Optional.empty();
    }

    /** Each schema is read once, however many versions it is. */
    private List<Written.Behind> behind(String organisation, SchemaText schema) {
        Map<Reference, Written.Behind> found = new LinkedHashMap<>();
        Map<Integer, SchemaText> texts = new HashMap<>();
        Deque<Reference> open = new ArrayDeque<>(schema.references());
        while (!open.isEmpty()) {
            Reference next = open.remove();
            Reference place = new Reference("", next.subject(), next.version());
            Optional<Integer> id =
                    subject(organisation, next.subject())
                            .flatMap(each -> each.version(next.version(), Shown.ALL))
                            .map(Version::id);
            if (id.isEmpty() || found.containsKey(place)) {
                continue;
            }
            SchemaText text = texts.get(id.get());
            if (text == null) {
                Optional<SchemaText> read =
                        texts.size() < MOST_BEHIND
                                ? schema(organisation, id.get())
                                : Optional.empty();
                if (read.isEmpty()) {
                    continue;
                }
                text = read.get();
                texts.put(id.get(), text);
                open.addAll(text.references());
            }
            found.put(place, new Written.Behind(next.subject(), next.version(), text));
        }
        return List.copyOf(found.values());
    }
}
