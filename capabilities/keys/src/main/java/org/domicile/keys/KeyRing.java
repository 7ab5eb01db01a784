package org.domicile.keys;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.domicile.bytes.StorageFailure.Kind.CLOSED;
import static org.domicile.bytes.StorageFailure.Kind.CORRUPT;
import static org.domicile.bytes.StorageFailure.Kind.FENCED;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.domicile.bytes.CrashPoint;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import org.jspecify.annotations.Nullable;

/**
 * The one engine of {@link Keys}.
 *
 * <p>Design note. Two locks. <i>writing</i> is the lane: whoever holds it takes all waiting births
 * and deaths and makes them durable, with one sync for all births; those who waited find their
 * change done. It alone touches {@link Places}, and it is held over disk calls and over {@link
 * FolderMark#raise}, which therefore must not call back. <i>table</i> guards the key table, the
 * epoch and what is kept unwrapped; it is never held over disk calls. A key is unwrapped and kept
 * under its read lock, and killed under its write lock, so nothing killed is ever kept again.
 */
final class KeyRing implements Keys {
    private static final byte[] LABEL = "domicile/key/1\0".getBytes(US_ASCII);

    /** A gigabyte and a half in each place. */
    private static final int MOST_KEYS = 16_000_000;

    private static final int LONGEST_IDENTIFIER = 1_024;

    private final FolderMark mark;
    private final SecureRandom random;
    private final Gcm gcm;
    // Ciphers for nothing but buckets' values, and for nothing but payloads: mostly under one key
    // again and again, whose schedule they then keep.
    private final Gcm valueGcm = new Gcm();
    private final Gcm payloadGcm = new Gcm();
    private final Secret sealing;
    private final Places places;
    private final Secret vaultKey;
    private final Secret tokenKey;

    private final ReentrantLock writing = new ReentrantLock();
    private final ConcurrentLinkedQueue<Change> waiting = new ConcurrentLinkedQueue<>();
    private volatile long generation;

    private final ReentrantReadWriteLock tableLock = new ReentrantReadWriteLock();
    private final KeyTable table;
    private StoreFile.Epoch epoch;
    private final Map<KeyTable.Id, Secret> organisations = new ConcurrentHashMap<>();
    private final Map<KeyTable.Id, BucketKey> buckets = new ConcurrentHashMap<>();
    private final Map<KeyTable.Id, SecondKey> named = new ConcurrentHashMap<>();
    private final SubjectKeys subjectKeys = new SubjectKeys();
    private volatile boolean closed;

    private final AtomicBoolean passesGiven = new AtomicBoolean();
    private final Vault vault = new StoredVault();
    private final Subjects subjects = new StoredSubjects();

    private KeyRing(
            FolderMark mark,
            SecureRandom random,
            Gcm gcm,
            Secret sealing,
            Places places,
            KeyTable table,
            StoreFile.Epoch epoch,
            long generation) {
        this.mark = mark;
        this.random = random;
        this.gcm = gcm;
        this.sealing = sealing;
        this.places = places;
        this.table = table;
        this.epoch = epoch;
        this.generation = generation;
        Secret root = new Secret(unwrap(0));
        this.vaultKey = root.derive("domicile/vault/1");
        this.tokenKey = root.derive("domicile/subject-tokens/1");
        root.die(this::closedFailure);
    }

    /** No cipher in a pool remembers a key any more. */
    private void forgetSchedules() {
        gcm.forget();
        valueGcm.forget();
        payloadGcm.forget();
    }

    // ---- opening --------------------------------------------------------------------------

    static Keys open(KeyOptions options, FolderMark mark, Disk disk, SecureRandom random) {
        Places places = new Places(disk, options.places());
        try {
            KeyRing ring =
                    places.empty()
                            ? create(options, mark, disk, random, places)
                            : load(options, mark, disk, random, places);
            if (ring.generation > mark.generation()) {
                mark.raise(ring.generation);
            }
            return ring;
        } catch (RuntimeException e) {
            places.close();
            throw e;
        } catch (IOException e) {
            places.close();
            throw new StorageFailure(
                    FENCED, "the key store could not be read or repaired: " + e.getMessage(), e);
        } finally {
            RootKey.forget(options.root());
        }
    }

    private static KeyRing create(
            KeyOptions options, FolderMark mark, Disk disk, SecureRandom random, Places places)
            throws IOException {
        if (mark.generation() > 0) {
            throw Places.missing(places.names(), mark.generation());
        }
        Secret sealing = StoreFile.sealing(RootKey.readOrCreate(options.root(), disk, random));
        CrashPoint.at("keys.root-made");
        Gcm gcm = new Gcm();
        byte[] epochKey = bytes(random, Secret.LENGTH);
        byte[] header = StoreFile.header(gcm, sealing, random, mark.installation(), 1, 1, epochKey);
        StoreFile.Epoch epoch = StoreFile.Epoch.of(epochKey);
        KeyTable table = new KeyTable();
        KeyTable.Id id = id(random);
        byte[] wrapping = epoch.wrapping().copy();
        byte[] vault = bytes(random, Secret.LENGTH);
        byte[] wrapped =
                gcm.seal(wrapping, nonce(id), LABEL, context(KeyTable.VAULT, id, NO_PARENT), vault);
        Secret.wipe(wrapping);
        Secret.wipe(vault);
        table.add(KeyTable.VAULT, id, KeyTable.NONE, wrapped, 0, KeyTable.Id.NONE);
        places.prepare();
        places.rewrite(1, header, new Frames(gcm, epoch, random, 1, table, new BitSet(), Map.of()));
        return new KeyRing(mark, random, gcm, sealing, places, table, epoch, 1);
    }

    private static KeyRing load(
            KeyOptions options, FolderMark mark, Disk disk, SecureRandom random, Places places)
            throws IOException {
        Secret sealing = StoreFile.sealing(RootKey.read(options.root(), disk));
        Gcm gcm = new Gcm();
        List<Places.Whole> whole =
                places.survey(mark.installation(), sealing, gcm, mark.generation());
        Places.Whole best = whole.getFirst();
        KeyTable table = new KeyTable();
        StoreFile.Reading reading =
                StoreFile.read(
                        disk,
                        best.file(),
                        mark.installation(),
                        sealing,
                        gcm,
                        (records, from) -> take(table, records, from));
        places.settle(whole);
        KeyRing ring =
                new KeyRing(
                        mark,
                        random,
                        gcm,
                        sealing,
                        places,
                        table,
                        reading.epoch(),
                        reading.generation());
        if (reading.format() != StoreFile.FORMAT) {
            ring.rewrite(new BitSet());
        }
        return ring;
    }

    /** Takes a record of the store into the table; false when it cannot stand there. */
    static boolean take(KeyTable table, byte[] records, int from) {
        ByteBuffer record = ByteBuffer.wrap(records, from, StoreFile.RECORD);
        byte kind = record.get();
        KeyTable.Id id = new KeyTable.Id(record.getLong(), record.getLong());
        int parent = table.find(record.getLong(), record.getLong());
        int wrapped = record.position();
        record.position(wrapped + KeyTable.WRAPPED);
        KeyTable.Id token = new KeyTable.Id(record.getLong(), record.getLong());
        boolean known =
                switch (kind) {
                    case KeyTable.VAULT -> table.size() == 0 && parent == KeyTable.NONE;
                    case KeyTable.ORGANISATION -> table.size() > 0 && parent == KeyTable.NONE;
                    case KeyTable.BUCKET, KeyTable.SUBJECT, KeyTable.NAMED ->
                            parent != KeyTable.NONE && table.kind(parent) == KeyTable.ORGANISATION;
                    default -> false;
                };
        return known
                && (kind == KeyTable.SUBJECT || token.equals(KeyTable.Id.NONE))
                && table.add(kind, id, parent, records, wrapped, token) != KeyTable.NONE;
    }

    // ---- births and deaths ----------------------------------------------------------------

    /** Something that waits for the lane. Written by its thread, then by the lane alone. */
    private abstract static sealed class Change {
        boolean done;
        @Nullable RuntimeException failure;

        /** A key to be born. */
        static final class Birth extends Change {
            final KeyTable.Id id;
            final KeyTable.Id parent;
            final KeyTable.Id token;

            /** Another's, when somebody bore one for the same token before. */
            KeyId key;

            Birth(KeyId key, KeyTable.Id id, KeyTable.Id parent, KeyTable.Id token) {
                this.key = key;
                this.id = id;
                this.parent = parent;
                this.token = token;
            }
        }

        /** Keys to be destroyed. */
        static final class Death extends Change {
            final List<KeyId> keys;

            Death(List<KeyId> keys) {
                this.keys = keys;
            }
        }
    }

    private static final KeyTable.Id NO_PARENT = new KeyTable.Id(0, 0);

    @Override
    public KeyId createOrganisation() {
        return born(KeyId.Kind.ORGANISATION, NO_PARENT, KeyTable.Id.NONE);
    }

    @Override
    public KeyId create(KeyId.Kind kind, KeyId organisation) {
        if (kind == KeyId.Kind.ORGANISATION || organisation.kind() != KeyId.Kind.ORGANISATION) {
            throw new IllegalArgumentException(
                    "a " + kind + " key is not born under a key of " + organisation.kind());
        }
        if (!exists(organisation)) {
            throw new KeyGone(organisation);
        }
        return born(kind, KeyTable.Id.of(organisation), KeyTable.Id.NONE);
    }

    @Override
    public Optional<KeyId> subject(KeyId organisation, String identifier) {
        KeyTable.Id token = token(organisation, identifier);
        tableLock.readLock().lock();
        try {
            ready();
            int ordinal = table.findToken(token);
            return ordinal == KeyTable.NONE
                    ? Optional.empty()
                    : Optional.ofNullable(table.name(ordinal));
        } finally {
            tableLock.readLock().unlock();
        }
    }

    @Override
    public KeyId createSubject(KeyId organisation, String identifier) {
        Optional<KeyId> known = subject(organisation, identifier);
        if (known.isPresent()) {
            return known.get();
        }
        if (!exists(organisation)) {
            throw new KeyGone(organisation);
        }
        if (table.living() >= MOST_KEYS) {
            throw new StorageFailure(
                    StorageFailure.Kind.FULL,
                    "the key store has %,d keys, its limit; erase people who are gone"
                            .formatted(MOST_KEYS));
        }
        return born(
                KeyId.Kind.SUBJECT, KeyTable.Id.of(organisation), token(organisation, identifier));
    }

    /** 16 bytes: of 100 million people the chance that two share them is below 10^-22. */
    private KeyTable.Id token(KeyId organisation, String identifier) {
        byte[] who = identifier.getBytes(UTF_8);
        if (organisation.kind() != KeyId.Kind.ORGANISATION
                || who.length == 0
                || who.length > LONGEST_IDENTIFIER) {
            throw new IllegalArgumentException(
                    "an identifier of 1 to " + LONGEST_IDENTIFIER + " bytes, at an organisation");
        }
        KeyTable.Id at = KeyTable.Id.of(organisation);
        byte[] key = tokenKey.copy();
        try {
            ByteBuffer token =
                    ByteBuffer.wrap(
                            Hkdf.expand(
                                    key,
                                    "domicile/subject-token/1",
                                    ByteBuffer.allocate(2 * Long.BYTES + who.length)
                                            .putLong(at.high())
                                            .putLong(at.low())
                                            .put(who)
                                            .array()));
            // Nobody's token is zeros; the chance of these is 2^-128.
            return new KeyTable.Id(token.getLong(), token.getLong());
        } finally {
            Secret.wipe(key);
        }
    }

    private KeyId born(KeyId.Kind kind, KeyTable.Id parent, KeyTable.Id token) {
        KeyTable.Id id = id(random);
        Change.Birth birth = new Change.Birth(new KeyId(kind, id.text()), id, parent, token);
        submit(birth);
        return birth.key;
    }

    @Override
    public void destroy(List<KeyId> keys) {
        submit(new Change.Death(List.copyOf(keys)));
    }

    private void submit(Change change) {
        waiting.add(change);
        writing.lock();
        try {
            while (!change.done) {
                drain();
            }
        } finally {
            writing.unlock();
        }
        if (change.failure != null) {
            throw change.failure;
        }
    }

    /** Takes what waits, as much as fits in a frame, and settles it. */
    private void drain() {
        List<Change.Birth> births = new ArrayList<>();
        List<Change.Death> deaths = new ArrayList<>();
        while (births.size() < StoreFile.RECORDS_IN_FRAME) {
            switch (waiting.poll()) {
                case null -> {
                    settle(births, () -> bear(births));
                    settle(deaths, () -> bury(deaths));
                    return;
                }
                case Change.Birth birth -> births.add(birth);
                case Change.Death death -> deaths.add(death);
            }
        }
        settle(births, () -> bear(births));
        settle(deaths, () -> bury(deaths));
    }

    private void settle(List<? extends Change> changes, Runnable work) {
        if (changes.isEmpty()) {
            return;
        }
        RuntimeException failure = null;
        try {
            if (closed) {
                throw closedFailure();
            }
            work.run();
        } catch (RuntimeException e) {
            failure = e;
        }
        for (Change change : changes) {
            change.done = true;
            if (change.failure == null) {
                change.failure = failure;
            }
        }
    }

    private void bear(List<Change.Birth> births) {
        ByteBuffer records = ByteBuffer.allocate(births.size() * StoreFile.RECORD);
        List<Change.Birth> bearing = new ArrayList<>();
        Map<KeyTable.Id, KeyId> tokens = new HashMap<>();
        for (Change.Birth birth : births) {
            try {
                // Only the lane adds keys, so what is not there now is not there below.
                KeyId another = another(birth, tokens);
                if (another != null) {
                    birth.key = another;
                    continue;
                }
                byte kind = KeyTable.code(birth.key.kind());
                byte[] wrapped = wrapNew(kind, birth.id, birth.parent);
                StoreFile.record(records, kind, birth.id, birth.parent, wrapped, birth.token);
                bearing.add(birth);
            } catch (KeyGone e) {
                tokens.remove(birth.token);
                birth.failure = e; // its organisation died while it waited
            }
        }
        if (bearing.isEmpty()) {
            return;
        }
        long next = generation + 1;
        places.append(
                StoreFile.frame(gcm, epoch, random, next, 0, records.array(), records.position()));
        tableLock.writeLock().lock();
        try {
            for (int from = 0; from < records.position(); from += StoreFile.RECORD) {
                if (!take(table, records.array(), from)) {
                    throw new IllegalStateException("a newborn key has a living one's id");
                }
            }
        } finally {
            tableLock.writeLock().unlock();
        }
        reached(next);
    }

    /** The key that has a birth's token already, there or among those born with it. */
    private @Nullable KeyId another(Change.Birth birth, Map<KeyTable.Id, KeyId> tokens) {
        if (birth.token.equals(KeyTable.Id.NONE)) {
            return null;
        }
        int ordinal = table.findToken(birth.token);
        return ordinal == KeyTable.NONE
                ? tokens.putIfAbsent(birth.token, birth.key)
                : table.name(ordinal);
    }

    private byte[] wrapNew(byte kind, KeyTable.Id id, KeyTable.Id parent) {
        byte[] wrapping =
                kind == KeyTable.ORGANISATION ? epoch.wrapping().copy() : organisation(parent);
        byte[] key = bytes(random, Secret.LENGTH);
        byte[] wrapped = gcm.seal(wrapping, nonce(id), LABEL, context(kind, id, parent), key);
        Secret.wipe(key);
        Secret.wipe(wrapping);
        return wrapped;
    }

    private void bury(List<Change.Death> deaths) {
        BitSet dying = new BitSet();
        for (Change.Death death : deaths) {
            for (KeyId key : death.keys) {
                int ordinal = ordinal(key);
                if (ordinal != KeyTable.NONE) {
                    dying.set(ordinal);
                }
            }
        }
        if (dying.isEmpty()) {
            return;
        }
        for (int ordinal = 0; ordinal < table.size(); ordinal++) {
            int parent = table.parent(ordinal);
            boolean living = table.kind(ordinal) != KeyTable.DEAD;
            if (living && parent != KeyTable.NONE && dying.get(parent)) {
                dying.set(ordinal);
            }
        }
        rewrite(dying);
    }

    /** Every place anew, under a new epoch key, without the dying. */
    private void rewrite(BitSet dying) {
        long next = generation + 1;
        byte[] epochKey = bytes(random, Secret.LENGTH);
        int living = table.living() - dying.cardinality();
        byte[] header =
                StoreFile.header(gcm, sealing, random, mark.installation(), next, living, epochKey);
        StoreFile.Epoch fresh = StoreFile.Epoch.of(epochKey);
        Map<Integer, byte[]> rewrapped = rewrap(dying, fresh);
        places.rewrite(next, header, new Frames(gcm, fresh, random, next, table, dying, rewrapped));
        StoreFile.Epoch passed = epoch;
        tableLock.writeLock().lock();
        try {
            epoch = fresh;
            rewrapped.forEach(table::rewrap);
            dying.stream().forEach(this::kill);
        } finally {
            tableLock.writeLock().unlock();
        }
        passed.die();
        forgetSchedules();
        reached(next);
    }

    /** The keys that are wrapped under the epoch's, wrapped anew. */
    private Map<Integer, byte[]> rewrap(BitSet dying, StoreFile.Epoch fresh) {
        Map<Integer, byte[]> rewrapped = new HashMap<>();
        for (int ordinal = 0; ordinal < table.size(); ordinal++) {
            byte kind = table.kind(ordinal);
            boolean under = kind == KeyTable.VAULT || kind == KeyTable.ORGANISATION;
            if (under && !dying.get(ordinal)) {
                KeyTable.Id id = new KeyTable.Id(table.high(ordinal), table.low(ordinal));
                byte[] key = unwrap(ordinal);
                byte[] wrapping = fresh.wrapping().copy();
                rewrapped.put(
                        ordinal,
                        gcm.seal(wrapping, nonce(id), LABEL, context(kind, id, NO_PARENT), key));
                Secret.wipe(key);
                Secret.wipe(wrapping);
            }
        }
        return rewrapped;
    }

    private void kill(int ordinal) {
        KeyId name = Objects.requireNonNull(table.name(ordinal));
        KeyTable.Id id = KeyTable.Id.of(name);
        table.kill(ordinal);
        BucketKey bucket = buckets.remove(id);
        if (bucket != null) {
            bucket.die(() -> new KeyGone(name));
        }
        SecondKey second = named.remove(id);
        if (second != null) {
            second.die(() -> new KeyGone(name));
        }
        Secret organisation = organisations.remove(id);
        if (organisation != null) {
            organisation.die(() -> new KeyGone(name));
        }
        subjectKeys.drop(id);
    }

    private void reached(long next) {
        generation = next;
        CrashPoint.at("keys.before-mark");
        mark.raise(next);
        CrashPoint.at("keys.after-mark");
    }

    /** Makes the frames of a rewritten store one after the other, as they are written. */
    private static final class Frames implements Iterator<byte[]> {
        private final Gcm gcm;
        private final StoreFile.Epoch epoch;
        private final SecureRandom random;
        private final long generation;
        private final KeyTable table;
        private final BitSet without;
        private final Map<Integer, byte[]> rewrapped;
        private final ByteBuffer records;
        private int left;
        private int ordinal;
        private int number;

        Frames(
                Gcm gcm,
                StoreFile.Epoch epoch,
                SecureRandom random,
                long generation,
                KeyTable table,
                BitSet without,
                Map<Integer, byte[]> rewrapped) {
            this.gcm = gcm;
            this.epoch = epoch;
            this.random = random;
            this.generation = generation;
            this.table = table;
            this.without = without;
            this.rewrapped = rewrapped;
            this.left = table.living() - without.cardinality();
            this.records =
                    ByteBuffer.allocate(
                            Math.min(left, StoreFile.RECORDS_IN_FRAME) * StoreFile.RECORD);
        }

        @Override
        public boolean hasNext() {
            return left > 0;
        }

        @Override
        public byte[] next() {
            if (left == 0) {
                throw new NoSuchElementException("all frames are made");
            }
            records.clear();
            while (left > 0 && records.hasRemaining()) {
                if (table.kind(ordinal) != KeyTable.DEAD && !without.get(ordinal)) {
                    add(ordinal);
                    left--;
                }
                ordinal++;
            }
            return StoreFile.frame(
                    gcm, epoch, random, generation, number++, records.array(), records.position());
        }

        private void add(int ordinal) {
            int parent = table.parent(ordinal);
            byte[] wrapped = rewrapped.get(ordinal);
            StoreFile.record(
                    records,
                    table.kind(ordinal),
                    id(table, ordinal),
                    parent == KeyTable.NONE ? NO_PARENT : id(table, parent),
                    wrapped == null ? table.wrapped(ordinal) : wrapped,
                    table.token(ordinal));
        }
    }

    // ---- living keys ----------------------------------------------------------------------

    @Override
    public boolean exists(KeyId key) {
        tableLock.readLock().lock();
        try {
            ready();
            return ordinal(key) != KeyTable.NONE;
        } finally {
            tableLock.readLock().unlock();
        }
    }

    @Override
    public Sealer sealer(KeyId bucket) {
        return bucketKey(bucket);
    }

    @Override
    public Opener opener(KeyId bucket, Pass pass) {
        Objects.requireNonNull(pass, "a pass");
        return bucketKey(bucket).opener();
    }

    private BucketKey bucketKey(KeyId bucket) {
        if (bucket.kind() != KeyId.Kind.BUCKET) {
            throw new IllegalArgumentException("a " + bucket.kind() + " key seals no data");
        }
        KeyTable.Id id = KeyTable.Id.of(bucket);
        BucketKey known = buckets.get(id);
        if (known != null) {
            return known;
        }
        tableLock.readLock().lock();
        try {
            ready();
            int ordinal = ordinal(bucket);
            if (ordinal == KeyTable.NONE) {
                throw new KeyGone(bucket);
            }
            return buckets.computeIfAbsent(
                    id, _ -> new BucketKey(gcm, valueGcm, random, unwrap(ordinal)));
        } finally {
            tableLock.readLock().unlock();
        }
    }

    @Override
    public SecondKey second(KeyId key) {
        if (key.kind() != KeyId.Kind.NAMED) {
            throw new IllegalArgumentException("a " + key.kind() + " key is no second key");
        }
        KeyTable.Id id = KeyTable.Id.of(key);
        SecondKey known = named.get(id);
        if (known != null) {
            return known;
        }
        tableLock.readLock().lock();
        try {
            ready();
            int ordinal = ordinal(key);
            if (ordinal == KeyTable.NONE) {
                throw new KeyGone(key);
            }
            return named.computeIfAbsent(id, _ -> SecondKey.of(unwrap(ordinal)));
        } finally {
            tableLock.readLock().unlock();
        }
    }

    /** A copy of a subject's key, which the caller wipes. */
    private static byte[] payloadKey(byte[] subjectKey) {
        return Hkdf.expand(subjectKey, "domicile/payloads/1", Gcm.nothing());
    }

    private byte[] subjectKey(KeyId subject) {
        if (subject.kind() != KeyId.Kind.SUBJECT) {
            throw new IllegalArgumentException("a " + subject.kind() + " key is no subject's");
        }
        KeyTable.Id id = KeyTable.Id.of(subject);
        byte[] known = subjectKeys.find(id);
        if (known.length > 0) {
            return known;
        }
        tableLock.readLock().lock();
        try {
            ready();
            int ordinal = ordinal(subject);
            if (ordinal == KeyTable.NONE) {
                throw new KeyGone(subject);
            }
            byte[] key = unwrap(ordinal);
            byte[] payload = payloadKey(key);
            subjectKeys.keep(id, key, payload);
            Secret.wipe(payload);
            return key;
        } finally {
            tableLock.readLock().unlock();
        }
    }

    /** A copy of the key that wraps what belongs to an organisation. */
    private byte[] organisation(KeyTable.Id id) {
        tableLock.readLock().lock();
        try {
            int ordinal = table.find(id.high(), id.low());
            if (ordinal == KeyTable.NONE) {
                throw new KeyGone(new KeyId(KeyId.Kind.ORGANISATION, id.text()));
            }
            return organisations.computeIfAbsent(id, _ -> wrappingOf(ordinal)).copy();
        } finally {
            tableLock.readLock().unlock();
        }
    }

    private Secret wrappingOf(int organisation) {
        Secret key = new Secret(unwrap(organisation));
        Secret wrapping = key.derive("domicile/organisation-wrapping/1");
        key.die(this::closedFailure);
        return wrapping;
    }

    /** The key at a living ordinal. The caller holds the table's read lock or the lane. */
    private byte[] unwrap(int ordinal) {
        byte kind = table.kind(ordinal);
        int above = table.parent(ordinal);
        KeyTable.Id id = new KeyTable.Id(table.high(ordinal), table.low(ordinal));
        KeyTable.Id parent =
                above == KeyTable.NONE
                        ? NO_PARENT
                        : new KeyTable.Id(table.high(above), table.low(above));
        byte[] wrapping = above == KeyTable.NONE ? epoch.wrapping().copy() : organisation(parent);
        byte[] key = new byte[Secret.LENGTH];
        byte[] wrapped = table.wrapped(ordinal);
        byte[] context = context(kind, id, parent);
        try {
            gcm.open(wrapping, nonce(id), LABEL, context, wrapped, 0, wrapped.length, key, 0);
        } catch (Gcm.Unverified e) {
            throw new StorageFailure(CORRUPT, "a key of the key store cannot be unwrapped");
        } finally {
            Secret.wipe(wrapping);
        }
        return key;
    }

    private int ordinal(KeyId key) {
        KeyTable.Id id = KeyTable.Id.of(key);
        int ordinal = table.find(id.high(), id.low());
        return ordinal != KeyTable.NONE && table.kind(ordinal) == KeyTable.code(key.kind())
                ? ordinal
                : KeyTable.NONE;
    }

    // ---- the program's secrets, and subjects ------------------------------------------------

    @Override
    public Vault vault() {
        return vault;
    }

    @Override
    public Subjects subjects() {
        return subjects;
    }

    private final class StoredVault implements Vault {
        @Override
        public byte[] seal(String name, byte[] secret) {
            return SealedValue.seal(gcm, random, vaultKey.copy(), name.getBytes(UTF_8), secret);
        }

        @Override
        public byte[] open(String name, byte[] sealed) {
            return SealedValue.open(
                    gcm, vaultKey.copy(), name.getBytes(UTF_8), sealed, "the secret " + name);
        }
    }

    private final class StoredSubjects implements Subjects {
        @Override
        public byte[] salts(KeyId subject, byte[] entry) {
            byte[] key = subjectKey(subject);
            try {
                return Hkdf.expand(key, "domicile/salts/1", entry);
            } finally {
                Secret.wipe(key);
            }
        }

        @Override
        public byte[] seal(KeyId subject, byte[] entry, byte[] payload) {
            return SealedValue.seal(payloadGcm, random, payloads(subject), entry, payload);
        }

        @Override
        public Optional<byte[]> open(KeyId subject, byte[] entry, byte[] sealed) {
            byte[] key;
            try {
                key = payloads(subject);
            } catch (KeyGone e) {
                return Optional.empty();
            }
            return Optional.of(
                    SealedValue.open(payloadGcm, key, entry, sealed, "an entry's payload"));
        }

        private byte[] payloads(KeyId subject) {
            byte[] kept = subjectKeys.findPayload(KeyTable.Id.of(subject));
            if (kept.length > 0) {
                return kept;
            }
            byte[] key = subjectKey(subject);
            try {
                return payloadKey(key);
            } finally {
                Secret.wipe(key);
            }
        }
    }

    // ---- the rest ---------------------------------------------------------------------------

    @Override
    public Passes passes() {
        if (passesGiven.getAndSet(true)) {
            throw new IllegalStateException("the maker of passes was given out already");
        }
        return new Passes();
    }

    @Override
    public State state() {
        tableLock.readLock().lock();
        try {
            ready();
            return new State(generation, places.names(), table.living() - 1L);
        } finally {
            tableLock.readLock().unlock();
        }
    }

    @Override
    public void close() {
        writing.lock();
        try {
            if (closed) {
                return;
            }
            tableLock.writeLock().lock();
            try {
                closed = true;
                sealing.die(this::closedFailure);
                vaultKey.die(this::closedFailure);
                tokenKey.die(this::closedFailure);
                epoch.die();
                organisations.values().forEach(key -> key.die(this::closedFailure));
                buckets.values().forEach(key -> key.die(this::closedFailure));
                named.values().forEach(key -> key.die(this::closedFailure));
                subjectKeys.dropAll();
                forgetSchedules();
            } finally {
                tableLock.writeLock().unlock();
            }
            places.close();
        } finally {
            writing.unlock();
        }
    }

    private void ready() {
        if (closed) {
            throw closedFailure();
        }
    }

    private StorageFailure closedFailure() {
        return new StorageFailure(CLOSED, "the key store is closed");
    }

    private static KeyTable.Id id(KeyTable table, int ordinal) {
        return new KeyTable.Id(table.high(ordinal), table.low(ordinal));
    }

    private static KeyTable.Id id(SecureRandom random) {
        ByteBuffer bytes = ByteBuffer.wrap(bytes(random, 16));
        return new KeyTable.Id(bytes.getLong(), bytes.getLong());
    }

    private static byte[] bytes(SecureRandom random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Ids are random and wrap one key, once under each wrapping key: so they give the nonce. */
    private static byte[] nonce(KeyTable.Id id) {
        return ByteBuffer.allocate(Gcm.NONCE)
                .putLong(id.high())
                .putInt((int) (id.low() >>> 32))
                .array();
    }

    private static byte[] context(byte kind, KeyTable.Id id, KeyTable.Id parent) {
        return ByteBuffer.allocate(1 + 4 * Long.BYTES)
                .put(kind)
                .putLong(id.high())
                .putLong(id.low())
                .putLong(parent.high())
                .putLong(parent.low())
                .array();
    }
}
