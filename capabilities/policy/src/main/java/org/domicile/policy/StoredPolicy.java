package org.domicile.policy;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
 * zone, {@code u} purpose, {@code l} label (without marks where it was taken away), {@code n}
 * principal, {@code c} credential, {@code s} its sealed secret, {@code t} the newest version of a
 * policy set, {@code m} (named {@code sealed}) for how long uses may be sealed; {@code pv} holds
 * the register's version, on which every change is conditional. {@code changing} serialises
 * changers; readers take no lock: they see the register that was whole when they looked.
 */
final class StoredPolicy implements Policy {
    private static final byte[] VERSION = {'p', 'v'};
    private static final String SEALED_MAX = "sealed";

    private final Keyspace keyspace;
    private final Vault vault;
    private final Subjects subjects;
    private final InstantSource clock;
    private final ReentrantLock changing = new ReentrantLock();
    private final Map<String, byte[]> sealedSecrets = new ConcurrentHashMap<>();
    private final History history;
    private final Explaining explaining;
    private volatile Deciding deciding;

    StoredPolicy(Keyspace keyspace, Vault vault, Subjects subjects, InstantSource clock) {
        this.keyspace = keyspace;
        this.vault = vault;
        this.subjects = subjects;
        this.clock = clock;
        this.history = new History(keyspace, vault);
        this.explaining = new Explaining(new Kept());
        this.deciding = Deciding.of(load());
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
    public Optional<Evidence> evidenceOfRegister(String digest) {
        return history.register(digest)
                .map(entries ->
                        new Evidence.OfRegister(
                                digest,
                                entries.stream()
                                        .map(each -> new Evidence.Kept(each.key(), each.value()))
                                        .toList()));
    }

    @Override
    public Optional<Evidence> evidenceOfPolicies(String digest) {
        return history.set(digest)
                .map(set ->
                        new Evidence.OfPolicies(digest, set.schema(), set.program(), set.own()));
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
            Deciding after = deciding.next(adopted(change, before));
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
                    yield new Applied.Done();
                }
                case Committed.Stale stale ->
                        throw new IllegalStateException("the register has a second writer");
            };
        } finally {
            changing.unlock();
        }
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
            case Change.NewPrincipal(Principal principal) ->
                    List.of(put('n', principal.id(), RegisterCodec.encode(principal, subjects)));
            case Change.ErasePrincipal(String id) ->
                    List.of(put('n', id, RegisterCodec.encode(forgotten(before, id), subjects)));
            case Change.NewCredential(Credential credential, byte[] secret) -> {
                byte[] sealed = vault.seal("credential/" + credential.accessKey(), secret);
                // Before the commit, so that whoever sees the credential finds its secret; an
                // orphan does no harm.
                sealedSecrets.put(credential.accessKey(), sealed);
                yield List.of(
                        put('c', credential.accessKey(), RegisterCodec.encode(credential)),
                        put('s', credential.accessKey(), sealed));
            }
            case Change.AskCredential(Credential credential) ->
                    List.of(put('c', credential.accessKey(), RegisterCodec.encode(credential)));
            case Change.ApproveCredential(String accessKey, String approver, byte[] secret) -> {
                byte[] sealed = vault.seal("credential/" + accessKey, secret);
                sealedSecrets.put(accessKey, sealed);
                yield List.of(
                        put(
                                'c',
                                accessKey,
                                RegisterCodec.encode(approved(before, accessKey, approver))),
                        put('s', accessKey, sealed));
            }
            case Change.SetSealedMax(int days) ->
                    List.of(put('m', SEALED_MAX, RegisterCodec.encode(days)));
            case Change.WithdrawCredential(String accessKey) ->
                    List.of(put('c', accessKey, RegisterCodec.encode(ended(before, accessKey))));
            case Change.PutPolicy(PolicyText policy) ->
                    List.of(put('t', policy.id(), RegisterCodec.encode(policy, vault)));
        };
    }

    /**
     * What is in force is what a restart would read: times to the millisecond, lists of our own.
     */
    private Register adopted(Change change, Register before) {
        Map<String, Organisation> organisations = new HashMap<>(before.organisations());
        Map<String, Zone> zones = new HashMap<>(before.zones());
        Map<String, Purpose> purposes = new HashMap<>(before.purposes());
        Map<String, Principal> principals = new HashMap<>(before.principals());
        Map<String, Credential> credentials = new HashMap<>(before.credentials());
        Map<String, PolicyText> policies = new HashMap<>(before.policies());
        Map<String, List<Label>> labels = new HashMap<>(before.labels());
        int sealedMax = before.sealedMax();
        switch (change) {
            case Change.NewOrganisation(Organisation organisation) ->
                    organisations.put(
                            organisation.name(),
                            RegisterCodec.organisation(RegisterCodec.encode(organisation)));
            case Change.NewZone(Zone zone) -> zones.put(zone.name(), zone);
            case Change.NewPurpose(Purpose purpose) ->
                    purposes.put(
                            purpose.id(), RegisterCodec.purpose(RegisterCodec.encode(purpose)));
            case Change.ChangePurpose(Purpose purpose) ->
                    purposes.put(
                            purpose.id(), RegisterCodec.purpose(RegisterCodec.encode(purpose)));
            case Change.WithdrawPurpose(String id) -> purposes.put(id, withdrawn(before, id));
            case Change.SetLabel(Label label) -> put(labels, label);
            case Change.RemoveLabel(Label label) -> remove(labels, label);
            case Change.NewPrincipal(Principal principal) ->
                    principals.put(
                            principal.id(),
                            RegisterCodec.principal(
                                    RegisterCodec.encode(principal, subjects), vault, subjects));
            case Change.ErasePrincipal(String id) -> principals.put(id, forgotten(before, id));
            case Change.NewCredential(Credential credential, byte[] secret) ->
                    credentials.put(
                            credential.accessKey(),
                            RegisterCodec.credential(RegisterCodec.encode(credential)));
            case Change.AskCredential(Credential credential) ->
                    credentials.put(
                            credential.accessKey(),
                            RegisterCodec.credential(RegisterCodec.encode(credential)));
            case Change.ApproveCredential(String accessKey, String approver, byte[] secret) ->
                    credentials.put(accessKey, approved(before, accessKey, approver));
            case Change.SetSealedMax(int days) -> sealedMax = days;
            case Change.WithdrawCredential(String accessKey) ->
                    credentials.put(accessKey, ended(before, accessKey));
            case Change.PutPolicy(PolicyText policy) ->
                    policies.put(
                            policy.id(),
                            RegisterCodec.policy(RegisterCodec.encode(policy, vault), vault));
        }
        return sealedRegister(
                organisations,
                zones,
                purposes,
                principals,
                credentials,
                policies,
                labels,
                sealedMax);
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

    private static Credential ended(Register register, String accessKey) {
        Credential credential = register.credentials().get(accessKey);
        if (credential == null) {
            throw new IllegalStateException(
                    "an objection should have been raised for " + accessKey);
        }
        return credential.ended();
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
                all.add(new History.Entry(cursor.key(), cursor.value()));
            }
        }
        return load(all);
    }

    /** A register of what decisions read alone. */
    static Register register(Collection<History.Entry> read) {
        Map<String, Organisation> organisations = new HashMap<>();
        Map<String, Zone> zones = new HashMap<>();
        Map<String, Purpose> purposes = new HashMap<>();
        Map<String, Credential> credentials = new HashMap<>();
        Map<String, List<Label>> labels = new HashMap<>();
        for (History.Entry each : read) {
            byte[] key = each.key();
            byte[] value = each.value();
            String name = new String(key, 2, key.length - 2, StandardCharsets.UTF_8);
            switch (key[1]) {
                case 'o' -> organisations.put(name, RegisterCodec.organisation(value));
                case 'z' -> zones.put(name, RegisterCodec.zone(value));
                case 'u' -> purposes.put(name, RegisterCodec.purpose(value));
                case 'c' -> credentials.put(name, RegisterCodec.credential(value));
                case 'l' -> put(labels, RegisterCodec.label(name, value));
                default ->
                        throw new IllegalArgumentException(
                                "unknown kind in the register: " + key[1]);
            }
        }
        return sealedRegister(
                organisations,
                zones,
                purposes,
                Map.of(),
                credentials,
                Map.of(),
                labels,
                Register.SEALED_MAX);
    }

    private Register load(Collection<History.Entry> all) {
        Map<String, Organisation> organisations = new HashMap<>();
        Map<String, Zone> zones = new HashMap<>();
        Map<String, Purpose> purposes = new HashMap<>();
        Map<String, Principal> principals = new HashMap<>();
        Map<String, Credential> credentials = new HashMap<>();
        Map<String, PolicyText> policies = new HashMap<>();
        Map<String, List<Label>> labels = new HashMap<>();
        int sealedMax = Register.SEALED_MAX;
        for (History.Entry each : all) {
            byte[] key = each.key();
            byte[] value = each.value();
            String name = new String(key, 2, key.length - 2, StandardCharsets.UTF_8);
            switch (key[1]) {
                case 'o' -> organisations.put(name, RegisterCodec.organisation(value));
                case 'z' -> zones.put(name, RegisterCodec.zone(value));
                case 'u' -> purposes.put(name, RegisterCodec.purpose(value));
                case 'n' -> principals.put(name, RegisterCodec.principal(value, vault, subjects));
                case 'c' -> credentials.put(name, RegisterCodec.credential(value));
                case 'l' -> put(labels, RegisterCodec.label(name, value));
                case 's' -> sealedSecrets.put(name, value);
                case 'm' -> sealedMax = RegisterCodec.days(value);
                case 't' -> policies.put(name, RegisterCodec.policy(value, vault));
                case 'v' -> {}
                default ->
                        throw new IllegalStateException("unknown kind in the register: " + key[1]);
            }
        }
        return sealedRegister(
                organisations,
                zones,
                purposes,
                principals,
                credentials,
                policies,
                labels,
                sealedMax);
    }

    private static Register sealedRegister(
            Map<String, Organisation> organisations,
            Map<String, Zone> zones,
            Map<String, Purpose> purposes,
            Map<String, Principal> principals,
            Map<String, Credential> credentials,
            Map<String, PolicyText> policies,
            Map<String, List<Label>> labels,
            int sealedMax) {
        Sha256 sha = new Sha256();
        // Principals do not decide anything, and their sealed names differ at each encoding: they
        // are left out. Policies are named in records by the digest of the set that decided.
        new TreeMap<>(organisations)
                .values()
                .forEach(each -> sha.framed(RegisterCodec.encode(each)));
        new TreeMap<>(zones).values().forEach(each -> sha.framed(RegisterCodec.encode(each)));
        new TreeMap<>(purposes).values().forEach(each -> sha.framed(RegisterCodec.encode(each)));
        new TreeMap<>(credentials).values().forEach(each -> sha.framed(RegisterCodec.encode(each)));
        for (List<Label> each : new TreeMap<>(labels).values()) {
            for (Label label : each) {
                sha.framed(label.id().getBytes(StandardCharsets.UTF_8));
                sha.framed(RegisterCodec.encode(label));
            }
        }
        return new Register(
                sha.hexadecimal(),
                Map.copyOf(organisations),
                Map.copyOf(zones),
                Map.copyOf(purposes),
                Map.copyOf(principals),
                Map.copyOf(credentials),
                Map.copyOf(policies),
                Map.copyOf(labels),
                sealedMax);
    }

    private static Label taken(Label label) {
        return new Label(label.organisation(), label.bucket(), label.prefix(), Marks.NONE);
    }

    /** One without marks was taken away. */
    private static void put(Map<String, List<Label>> labels, Label label) {
        remove(labels, label);
        if (label.marks().isEmpty()) {
            return;
        }
        List<Label> all = new ArrayList<>(labels.getOrDefault(bucket(label), List.of()));
        all.add(label);
        all.sort(Comparator.comparing(Label::prefix));
        labels.put(bucket(label), List.copyOf(all));
    }

    private static void remove(Map<String, List<Label>> labels, Label label) {
        List<Label> rest =
                labels.getOrDefault(bucket(label), List.of()).stream()
                        .filter(each -> !each.id().equals(label.id()))
                        .toList();
        if (rest.isEmpty()) {
            labels.remove(bucket(label));
        } else {
            labels.put(bucket(label), rest);
        }
    }

    private static String bucket(Label label) {
        return label.organisation() + "/" + label.bucket();
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
