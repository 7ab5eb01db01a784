package org.domicile.policy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
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
import org.domicile.request.Outcome;
import org.domicile.request.Request;

/**
 * The register in the keyspace, and one immutable copy of it in memory.
 *
 * <p>Keys: {@code p} and a letter of the kind, then the name: {@code o} organisation, {@code z}
 * zone, {@code u} purpose, {@code l} label, {@code n} principal, {@code c} credential, {@code s}
 * its sealed secret; {@code pv} holds the register's version, on which every change is conditional.
 * {@code changing} serialises changers; readers take no lock: they see the register that was whole
 * when they looked.
 */
final class StoredPolicy implements Policy {
    private static final byte[] VERSION = {'p', 'v'};

    private final Keyspace keyspace;
    private final Vault vault;
    private final InstantSource clock;
    private final ReentrantLock changing = new ReentrantLock();
    private final Map<String, byte[]> sealedSecrets = new ConcurrentHashMap<>();
    private volatile Register register;

    StoredPolicy(Keyspace keyspace, Vault vault, InstantSource clock) {
        this.keyspace = keyspace;
        this.vault = vault;
        this.clock = clock;
        this.register = load();
    }

    @Override
    public Decision decide(Request request, String action, Resource resource) {
        Register now = register;
        String reason = Rules.judge(now, request, action, resource);
        Decision.Effect effect =
                reason.equals(Rules.ALLOWED) ? Decision.Effect.ALLOW : Decision.Effect.REFUSE;
        return new Decision(effect, reason, now.digest());
    }

    @Override
    public Register register() {
        return register;
    }

    @Override
    public String objection(Change change) {
        return Objections.to(change, register, clock.instant());
    }

    @Override
    public Applied change(Request request, Change change) {
        changing.lock();
        try {
            Register before = register;
            String objection = Objections.to(change, before, clock.instant());
            if (!objection.isEmpty()) {
                keyspace.commit(new Transaction().carrying(request, Outcome.CONFLICT));
                return new Applied.Refused(objection);
            }
            Optional<byte[]> version = keyspace.get(Space.RECORDS, VERSION);
            Transaction transaction =
                    new Transaction()
                            .when(new Condition.Holds(Space.RECORDS, VERSION, version))
                            .write(new Write.Put(Space.RECORDS, VERSION, next(version)))
                            .writeAll(writes(change, before))
                            .carrying(request, Outcome.DONE);
            return switch (keyspace.commit(transaction)) {
                case Committed.Applied applied -> {
                    adopt(change, before);
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
                    List.of(new Write.Delete(Space.RECORDS, key('l', label.id())));
            case Change.NewPrincipal(Principal principal) ->
                    List.of(put('n', principal.id(), RegisterCodec.encode(principal, vault)));
            case Change.NewCredential(Credential credential, byte[] secret) -> {
                byte[] sealed = vault.seal("credential/" + credential.accessKey(), secret);
                // Before the commit, so that whoever sees the credential finds its secret; an
                // orphan does no harm.
                sealedSecrets.put(credential.accessKey(), sealed);
                yield List.of(
                        put('c', credential.accessKey(), RegisterCodec.encode(credential)),
                        put('s', credential.accessKey(), sealed));
            }
            case Change.WithdrawCredential(String accessKey) ->
                    List.of(put('c', accessKey, RegisterCodec.encode(ended(before, accessKey))));
        };
    }

    /**
     * What is in force is what a restart would read: times to the millisecond, lists of our own.
     */
    private void adopt(Change change, Register before) {
        Map<String, Organisation> organisations = new HashMap<>(before.organisations());
        Map<String, Zone> zones = new HashMap<>(before.zones());
        Map<String, Purpose> purposes = new HashMap<>(before.purposes());
        Map<String, Principal> principals = new HashMap<>(before.principals());
        Map<String, Credential> credentials = new HashMap<>(before.credentials());
        Map<String, List<Label>> labels = new HashMap<>(before.labels());
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
                            RegisterCodec.principal(RegisterCodec.encode(principal, vault), vault));
            case Change.NewCredential(Credential credential, byte[] secret) ->
                    credentials.put(
                            credential.accessKey(),
                            RegisterCodec.credential(RegisterCodec.encode(credential)));
            case Change.WithdrawCredential(String accessKey) ->
                    credentials.put(accessKey, ended(before, accessKey));
        }
        register = sealedRegister(organisations, zones, purposes, principals, credentials, labels);
    }

    private static Purpose withdrawn(Register register, String id) {
        Purpose purpose = register.purposes().get(id);
        if (purpose == null) {
            throw new IllegalStateException("an objection should have been raised for " + id);
        }
        return purpose.ended();
    }

    private static Credential ended(Register register, String accessKey) {
        Credential credential = register.credentials().get(accessKey);
        if (credential == null) {
            throw new IllegalStateException(
                    "an objection should have been raised for " + accessKey);
        }
        return new Credential(
                credential.accessKey(),
                credential.principal(),
                credential.organisation(),
                credential.purpose(),
                credential.actions(),
                credential.buckets(),
                credential.created(),
                credential.expires(),
                true);
    }

    private Register load() {
        Map<String, Organisation> organisations = new HashMap<>();
        Map<String, Zone> zones = new HashMap<>();
        Map<String, Purpose> purposes = new HashMap<>();
        Map<String, Principal> principals = new HashMap<>();
        Map<String, Credential> credentials = new HashMap<>();
        Map<String, List<Label>> labels = new HashMap<>();
        Range all = Range.prefix(new byte[] {'p'});
        try (Cursor cursor = keyspace.scan(Space.RECORDS, all, Reading.Direction.UP)) {
            while (cursor.next()) {
                byte[] key = cursor.key();
                String name = new String(key, 2, key.length - 2, StandardCharsets.UTF_8);
                switch (key[1]) {
                    case 'o' -> organisations.put(name, RegisterCodec.organisation(cursor.value()));
                    case 'z' -> zones.put(name, RegisterCodec.zone(cursor.value()));
                    case 'u' -> purposes.put(name, RegisterCodec.purpose(cursor.value()));
                    case 'n' ->
                            principals.put(name, RegisterCodec.principal(cursor.value(), vault));
                    case 'c' -> credentials.put(name, RegisterCodec.credential(cursor.value()));
                    case 'l' -> put(labels, RegisterCodec.label(name, cursor.value()));
                    case 's' -> sealedSecrets.put(name, cursor.value());
                    case 'v' -> {}
                    default ->
                            throw new IllegalStateException(
                                    "unknown kind in the register: " + key[1]);
                }
            }
        }
        return sealedRegister(organisations, zones, purposes, principals, credentials, labels);
    }

    private static Register sealedRegister(
            Map<String, Organisation> organisations,
            Map<String, Zone> zones,
            Map<String, Purpose> purposes,
            Map<String, Principal> principals,
            Map<String, Credential> credentials,
            Map<String, List<Label>> labels) {
        MessageDigest sha = sha256();
        // Principals do not decide anything, and their sealed names differ at each encoding: they
        // are left out.
        new TreeMap<>(organisations)
                .values()
                .forEach(each -> framed(sha, RegisterCodec.encode(each)));
        new TreeMap<>(zones).values().forEach(each -> framed(sha, RegisterCodec.encode(each)));
        new TreeMap<>(purposes).values().forEach(each -> framed(sha, RegisterCodec.encode(each)));
        new TreeMap<>(credentials)
                .values()
                .forEach(each -> framed(sha, RegisterCodec.encode(each)));
        for (List<Label> each : new TreeMap<>(labels).values()) {
            for (Label label : each) {
                framed(sha, label.id().getBytes(StandardCharsets.UTF_8));
                framed(sha, RegisterCodec.encode(label));
            }
        }
        return new Register(
                HexFormat.of().formatHex(sha.digest()),
                Map.copyOf(organisations),
                Map.copyOf(zones),
                Map.copyOf(purposes),
                Map.copyOf(principals),
                Map.copyOf(credentials),
                Map.copyOf(labels));
    }

    private static void put(Map<String, List<Label>> labels, Label label) {
        remove(labels, label);
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

    private static void framed(MessageDigest sha, byte[] bytes) {
        sha.update(
                new byte[] {
                    (byte) (bytes.length >>> 24),
                    (byte) (bytes.length >>> 16),
                    (byte) (bytes.length >>> 8),
                    (byte) bytes.length
                });
        sha.update(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
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
