package org.domicile.policy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.domicile.keys.Subjects;
import org.domicile.keys.Vault;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Condition;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Range;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Write;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.request.Request;

/**
 * The register in the keyspace, and one immutable copy of it in memory.
 *
 * <p>Keys: {@code p} and a letter of the kind, then the name: {@code o} organisation, {@code z}
 * zone, {@code u} purpose, {@code l} label (without marks where it was taken away), {@code f} rules
 * of a table, {@code n} principal, {@code r} role, {@code x} outbound target, {@code w} its sealed
 * secret (empty for none), {@code c} credential, {@code s} its sealed secret, {@code g} whether its
 * answers bring receipts (a byte, 1 or 0), {@code t} the newest version of a policy set, {@code k}
 * named key, {@code m} (named {@code sealed}) for how long uses may be sealed; {@code pv} holds the
 * register's version, on which every change is conditional. {@code changing} serialises changers;
 * readers take no lock: they see the register that was whole when they looked.
 */
final class StoredPolicy implements Policy {
    private static final byte[] VERSION = {'p', 'v'};
    private static final char SECRET = 's';
    private static final char RECEIPTS = 'g';
    private static final char TARGET_SECRET = 'w';
    private static final String SEALED_MAX = "sealed";

    private final Keyspace keyspace;
    private final Vault vault;
    private final Subjects subjects;
    private final InstantSource clock;
    private final ReentrantLock changing = new ReentrantLock();
    private final Map<String, byte[]> sealedSecrets = new ConcurrentHashMap<>();
    private final Map<String, byte[]> targetSecrets = new ConcurrentHashMap<>();
    private final Set<String> receipts = ConcurrentHashMap.newKeySet();
    private final History history;
    private final Explaining explaining;
    private final Gathering gathering;
    private final RegisterDraft.Opening sealedRecords;
    private volatile Deciding deciding;

    StoredPolicy(Keyspace keyspace, Vault vault, Subjects subjects, InstantSource clock) {
        this.keyspace = keyspace;
        this.vault = vault;
        this.subjects = subjects;
        this.clock = clock;
        this.history = new History(keyspace, vault);
        this.sealedRecords =
                new RegisterDraft.Opening() {
                    @Override
                    public Principal principal(byte[] stored) {
                        return RegisterCodec.principal(stored, vault, subjects);
                    }

                    @Override
                    public PolicyText policy(byte[] stored) {
                        return RegisterCodec.policy(stored, vault);
                    }
                };
        this.explaining = new Explaining(new Kept());
        this.gathering = new Gathering(history);
        this.deciding = Deciding.of(load(), new Bounds(history::document));
        byte[] version = keyspace.get(Space.RECORDS, VERSION).orElseGet(() -> new byte[8]);
        List<Write> missing = history.missing(version, deciding);
        if (!missing.isEmpty()) {
            keyspace.commit(new Transaction().writeAll(missing));
        }
    }

    @Override
    public Decision decide(Request request, String action, Resource resource) {
        return deciding.decide(request, action, resource);
    }

    @Override
    public String standing(Caller caller) {
        return deciding.set(caller).digest();
    }

    @Override
    public Register register() {
        return deciding.register();
    }

    @Override
    public Optional<PolicyText> policy(String organisation, String name, int version) {
        return history.policy(organisation + "/" + name, version);
    }

    @Override
    public void keep(BucketPolicy document) {
        List<Write> missing = history.bucketPolicy(document.digest(), document.text());
        if (!missing.isEmpty()) {
            keyspace.commit(new Transaction().writeAll(missing));
        }
    }

    @Override
    public Optional<String> bucketPolicy(String digest) {
        return history.bucketPolicy(digest);
    }

    @Override
    public Explanation explain(UseOnRecord use) {
        return explaining.explain(use);
    }

    /** The past as this installation keeps it. */
    private final class Kept implements Past {
        @Override
        public Optional<String> document(String digest) {
            return history.document(digest);
        }

        @Override
        public Optional<Register> register(String digest) {
            return history.register(digest).map(StoredPolicy::register);
        }

        @Override
        public Optional<DecidingSet> set(String digest) {
            return history.set(digest);
        }

        @Override
        public Optional<String> bucketPolicy(String digest) {
            return history.bucketPolicy(digest);
        }
    }

    @Override
    public List<Evidence> evidence(String policies, String read, Set<String> had) {
        return gathering.of(policies, read, had);
    }

    @Override
    public String objection(Change change) {
        return Objections.to(change, register(), clock.instant());
    }

    @Override
    public Applied change(Request request, Change change) {
        changing.lock();
        try {
            Register before = register();
            String objection = Objections.to(change, before, clock.instant());
            if (!objection.isEmpty()) {
                keyspace.commit(new Transaction().carrying(request, Outcome.CONFLICT));
                return new Applied.Refused(objection);
            }
            Optional<byte[]> version = keyspace.get(Space.RECORDS, VERSION);
            byte[] next = next(version);
            List<Write> writes = writes(change, before);
            Deciding after = deciding.next(adopted(writes, before));
            Transaction transaction =
                    new Transaction()
                            .when(new Condition.Holds(Space.RECORDS, VERSION, version))
                            .write(new Write.Put(Space.RECORDS, VERSION, next))
                            .writeAll(writes)
                            .writeAll(history.change(next, writes, after.register()));
            if (change instanceof Change.PutPolicy(PolicyText policy)) {
                transaction.write(history.policy(policy));
                transaction.write(history.set(after.set(policy.organisation())));
            }
            return switch (keyspace.commit(transaction.carrying(request, Outcome.DONE))) {
                case Committed.Applied applied -> {
                    deciding = after;
                    took(writes);
                    yield new Applied.Done();
                }
                case Committed.Stale stale ->
                        throw new IllegalStateException("the register has a second writer");
            };
        } finally {
            changing.unlock();
        }
    }

    /** What stands beside the register. */
    private void took(List<Write> writes) {
        for (Write each : writes) {
            note(each);
            if (each instanceof Write.Put put && put.key()[1] == TARGET_SECRET) {
                targetSecrets.put(name(put.key()), put.value());
            }
        }
    }

    @Override
    public Optional<String> document(String digest) {
        return history.document(digest);
    }

    @Override
    public byte[] targetSecret(String target) {
        byte[] sealed = targetSecrets.getOrDefault(target, new byte[0]);
        return sealed.length == 0 ? sealed : vault.open(secretOf(target), sealed);
    }

    private static String secretOf(String target) {
        return "target/" + target;
    }

    @Override
    public boolean wantsReceipts(String accessKey) {
        return receipts.contains(accessKey);
    }

    /** What is known of receipts after a commit. */
    private void note(Write written) {
        if (written instanceof Write.Put put && put.key()[0] == 'p' && put.key()[1] == RECEIPTS) {
            byte[] key = put.key();
            note(new String(key, 2, key.length - 2, StandardCharsets.UTF_8), put.value()[0] == 1);
        }
    }

    private void note(String accessKey, boolean wanted) {
        if (wanted) {
            receipts.add(accessKey);
        } else {
            receipts.remove(accessKey);
        }
    }

    @Override
    public void issue(Request request, SessionPolicy narrowing) {
        Transaction transaction = new Transaction();
        if (!narrowing.text().isEmpty()) {
            transaction.write(history.keep(narrowing.text()));
        }
        keyspace.commit(transaction.carrying(request, Outcome.DONE));
    }

    @Override
    public byte[] secret(String accessKey) {
        byte[] sealed = sealedSecrets.get(accessKey);
        return sealed == null ? new byte[0] : vault.open("credential/" + accessKey, sealed);
    }

    private List<Write> writes(Change change, Register before) {
        return switch (change) {
            case Change.NewOrganisation(Organisation organisation) ->
                    List.of(put('o', organisation.name(), RegisterCodec.encode(organisation)));
            case Change.NewZone(Zone zone) ->
                    List.of(put('z', zone.name(), RegisterCodec.encode(zone)));
            case Change.NewPurpose(Purpose purpose) ->
                    List.of(put('u', purpose.id(), RegisterCodec.encode(purpose)));
            case Change.ChangePurpose(Purpose purpose) ->
                    List.of(put('u', purpose.id(), RegisterCodec.encode(purpose)));
            case Change.WithdrawPurpose(String id) ->
                    List.of(put('u', id, RegisterCodec.encode(withdrawn(before, id))));
            case Change.SetLabel(Label label) ->
                    List.of(put('l', label.id(), RegisterCodec.encode(label)));
            case Change.RemoveLabel(Label label) ->
                    // Written and not deleted: what is kept of changes are records that were
                    // written.
                    List.of(put('l', label.id(), RegisterCodec.encode(taken(label))));
            case Change.SetColumnRule(
                            String organisation,
                            String table,
                            TableRules.OfColumn rule) ->
                    List.of(rules(before.rules(organisation, table).with(rule)));
            case Change.SetRowRule(String organisation, String table, TableRules.OfRows rule) ->
                    List.of(rules(before.rules(organisation, table).with(rule)));
            case Change.NewPrincipal(Principal principal) ->
                    List.of(put('n', principal.id(), RegisterCodec.encode(principal, subjects)));
            case Change.ErasePrincipal(String id) ->
                    List.of(put('n', id, RegisterCodec.encode(forgotten(before, id), subjects)));
            case Change.NewCredential(Credential credential, byte[] secret) ->
                    List.of(
                            put('c', credential.accessKey(), RegisterCodec.encode(credential)),
                            sealed(credential.accessKey(), secret));
            case Change.RotateCredential(
                            String old,
                            Credential next,
                            byte[] secret,
                            Instant until) ->
                    rotated(credential(before, old), next, secret, until);
            case Change.AskCredential(Credential credential) ->
                    List.of(put('c', credential.accessKey(), RegisterCodec.encode(credential)));
            case Change.ApproveCredential(String accessKey, String approver, byte[] secret) ->
                    List.of(
                            put(
                                    'c',
                                    accessKey,
                                    RegisterCodec.encode(approved(before, accessKey, approver))),
                            sealed(accessKey, secret));
            case Change.SetSealedMax(int days) ->
                    List.of(put('m', SEALED_MAX, RegisterCodec.encode(days)));
            case Change.SetReceipts(String accessKey, boolean wanted) ->
                    List.of(put(RECEIPTS, accessKey, new byte[] {(byte) (wanted ? 1 : 0)}));
            case Change.WithdrawCredential(String accessKey) ->
                    List.of(
                            put(
                                    'c',
                                    accessKey,
                                    RegisterCodec.encode(credential(before, accessKey).ended())));
            case Change.NewKey(NamedKey key) ->
                    List.of(put('k', key.id(), RegisterCodec.encode(key)));
            case Change.EndKey(String id) ->
                    List.of(put('k', id, RegisterCodec.encode(ended(before.keys(), id))));
            case Change.PutPolicy(PolicyText policy) ->
                    List.of(put('t', policy.id(), RegisterCodec.encode(policy, vault)));
            case Change.NewRole(Role role) ->
                    List.of(
                            put('r', role.full(), RoleCodec.encode(role)),
                            history.keep(role.permissions().text()));
            case Change.RemoveRole(String name) ->
                    List.of(put('r', name, RoleCodec.encode(role(before, name).taken())));
            case Change.NewTarget(Target target) ->
                    List.of(
                            put('x', target.full(), RoleCodec.encode(target)),
                            put(TARGET_SECRET, target.full(), new byte[0]));
            case Change.SetTargetSecret(String name, byte[] secret) ->
                    List.of(put(TARGET_SECRET, name, vault.seal(secretOf(name), secret)));
            case Change.RemoveTarget(String name) ->
                    List.of(put('x', name, RoleCodec.encode(target(before, name).taken())));
        };
    }

    /**
     * A secret, known before the commit, so that whoever sees the credential finds it; an orphan
     * does no harm.
     */
    private Write sealed(String accessKey, byte[] secret) {
        byte[] sealed = vault.seal("credential/" + accessKey, secret);
        sealedSecrets.put(accessKey, sealed);
        return put(SECRET, accessKey, sealed);
    }

    private List<Write> rotated(Credential old, Credential next, byte[] secret, Instant until) {
        Credential ending = until.isAfter(next.created()) ? old.until(until) : old.ended();
        List<Write> writes = new ArrayList<>();
        writes.add(put('c', next.accessKey(), RegisterCodec.encode(next)));
        writes.add(sealed(next.accessKey(), secret));
        writes.add(put('c', ending.accessKey(), RegisterCodec.encode(ending)));
        if (receipts.contains(old.accessKey())) {
            writes.add(put(RECEIPTS, next.accessKey(), new byte[] {1}));
        }
        return writes;
    }

    /** What is in force is what a restart would read. */
    private Register adopted(List<Write> writes, Register before) {
        RegisterDraft draft = new RegisterDraft(before, sealedRecords);
        for (Write each : writes) {
            if (each instanceof Write.Put put && put.key()[0] == 'p') {
                take(draft, put.key(), put.value());
            }
        }
        return draft.register();
    }

    private static void take(RegisterDraft draft, byte[] key, byte[] value) {
        draft.take((char) key[1], name(key), value);
    }

    private static String name(byte[] key) {
        return new String(key, 2, key.length - 2, StandardCharsets.UTF_8);
    }

    private static Role role(Register register, String name) {
        Role role = register.roles().get(name);
        if (role == null) {
            throw new IllegalStateException("an objection should have been raised for " + name);
        }
        return role;
    }

    private static Target target(Register register, String name) {
        Target target = register.targets().get(name);
        if (target == null) {
            throw new IllegalStateException("an objection should have been raised for " + name);
        }
        return target;
    }

    private static Purpose withdrawn(Register register, String id) {
        Purpose purpose = register.purposes().get(id);
        if (purpose == null) {
            throw new IllegalStateException("an objection should have been raised for " + id);
        }
        return purpose.ended();
    }

    private static Principal forgotten(Register register, String id) {
        Principal principal = register.principals().get(id);
        if (principal == null) {
            throw new IllegalStateException("an objection should have been raised for " + id);
        }
        return principal.forgotten();
    }

    private static NamedKey ended(Map<String, NamedKey> keys, String id) {
        NamedKey key = keys.get(id);
        if (key == null) {
            throw new IllegalStateException("an objection should have been raised for " + id);
        }
        return key.ended();
    }

    private static Credential credential(Register register, String accessKey) {
        Credential credential = register.credentials().get(accessKey);
        if (credential == null) {
            throw new IllegalStateException(
                    "an objection should have been raised for " + accessKey);
        }
        return credential;
    }

    private static Credential approved(Register register, String accessKey, String approver) {
        Credential credential = register.credentials().get(accessKey);
        if (credential == null
                || !(credential.seal() instanceof Seal.Asked(LocalDate opens, String askedBy))) {
            throw new IllegalStateException(
                    "an objection should have been raised for " + accessKey);
        }
        return credential.sealed(new Seal.Approved(opens, askedBy, approver));
    }

    private Register load() {
        List<History.Entry> all = new ArrayList<>();
        Range range = Range.prefix(new byte[] {'p'});
        try (Cursor cursor = keyspace.scan(Space.RECORDS, range, Reading.Direction.UP)) {
            while (cursor.next()) {
                byte[] key = cursor.key();
                byte[] value = cursor.value();
                all.add(new History.Entry(key, value));
                String name = name(key);
                if (key[1] == SECRET) {
                    sealedSecrets.put(name, value);
                } else if (key[1] == TARGET_SECRET) {
                    targetSecrets.put(name, value);
                } else if (key[1] == RECEIPTS) {
                    note(name, value.length == 1 && value[0] == 1);
                }
            }
        }
        return load(all);
    }

    /**
     * A register of what decisions read alone.
     *
     * @throws IllegalArgumentException when a record is of another kind
     */
    static Register register(Collection<History.Entry> read) {
        RegisterDraft draft = new RegisterDraft(RegisterDraft.READ_ALONE);
        read.forEach(each -> take(draft, each.key(), each.value()));
        return draft.register();
    }

    private Register load(Collection<History.Entry> all) {
        RegisterDraft draft = new RegisterDraft(sealedRecords);
        all.forEach(each -> take(draft, each.key(), each.value()));
        return draft.register();
    }

    private static Write rules(TableRules rules) {
        return put('f', rules.id(), RegisterCodec.encode(rules));
    }

    private static Label taken(Label label) {
        return new Label(label.organisation(), label.bucket(), label.prefix(), Marks.NONE);
    }

    private static Write put(char kind, String name, byte[] value) {
        return new Write.Put(Space.RECORDS, key(kind, name), value);
    }

    private static byte[] key(char kind, String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        byte[] key = new byte[text.length + 2];
        key[0] = 'p';
        key[1] = (byte) kind;
        System.arraycopy(text, 0, key, 2, text.length);
        return key;
    }

    private static byte[] next(Optional<byte[]> version) {
        byte[] bytes = version.map(byte[]::clone).orElseGet(() -> new byte[8]);
        for (int i = 7; i >= 0; i--) {
            if (++bytes[i] != 0) {
                break;
            }
        }
        return bytes;
    }
}
