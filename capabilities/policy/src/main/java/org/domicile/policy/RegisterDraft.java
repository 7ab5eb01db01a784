package org.domicile.policy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A register while it is put together, from the records that lie in the keyspace: what is in force
 * after a change is what a restart would read. Owned by the thread that makes it.
 */
final class RegisterDraft {
    private final Map<String, Organisation> organisations;
    private final Map<String, Zone> zones;
    private final Map<String, Purpose> purposes;
    private final Map<String, Principal> principals;
    private final Map<String, Credential> credentials;
    private final Map<String, PolicyText> policies;
    private final Map<String, List<Label>> labels;
    private final Map<String, Role> roles;
    private final Map<String, Target> targets;
    private final Map<String, NamedKey> keys;
    private final Map<String, TableRules> rules;
    private final Opening opening;
    private int sealedMax;

    /** Reads records that are sealed. */
    interface Opening {
        Principal principal(byte[] stored);

        PolicyText policy(byte[] stored);
    }

    /** For what decisions read alone, which holds none of them. */
    static final Opening READ_ALONE =
            new Opening() {
                @Override
                public Principal principal(byte[] stored) {
                    throw new IllegalArgumentException("no decision reads a principal");
                }

                @Override
                public PolicyText policy(byte[] stored) {
                    throw new IllegalArgumentException("policies are not read from here");
                }
            };

    /** From an earlier state. */
    RegisterDraft(Register before, Opening opening) {
        organisations = new HashMap<>(before.organisations());
        zones = new HashMap<>(before.zones());
        purposes = new HashMap<>(before.purposes());
        principals = new HashMap<>(before.principals());
        credentials = new HashMap<>(before.credentials());
        policies = new HashMap<>(before.policies());
        labels = new HashMap<>(before.labels());
        roles = new HashMap<>(before.roles());
        targets = new HashMap<>(before.targets());
        keys = new HashMap<>(before.keys());
        rules = new HashMap<>(before.rules());
        sealedMax = before.sealedMax();
        this.opening = opening;
    }

    /** From nothing. */
    RegisterDraft(Opening opening) {
        this(
                new Register(
                        "", Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of()),
                opening);
    }

    /**
     * Takes a record.
     *
     * @param kind the letter of its key
     * @param name the rest of it
     */
    void take(char kind, String name, byte[] value) {
        switch (kind) {
            case 'o' -> organisations.put(name, RegisterCodec.organisation(value));
            case 'z' -> zones.put(name, RegisterCodec.zone(value));
            case 'u' -> purposes.put(name, RegisterCodec.purpose(value));
            case 'n' -> principals.put(name, opening.principal(value));
            case 'c' -> credentials.put(name, RegisterCodec.credential(value));
            case 'l' -> put(RegisterCodec.label(name, value));
            case 'f' -> put(RegisterCodec.rules(name, value));
            case 't' -> policies.put(name, opening.policy(value));
            case 'r' -> roles.put(name, RoleCodec.role(value));
            case 'x' -> targets.put(name, RoleCodec.target(value));
            case 'k' -> keys.put(name, RegisterCodec.key(value));
            case 'm' -> sealedMax = RegisterCodec.days(value);
            case 'g', 's', 'v', 'w' -> {} // receipts, secrets and the version decide nothing
            default -> throw new IllegalArgumentException("unknown kind in the register: " + kind);
        }
    }

    /** One without marks was taken away. */
    private void put(Label label) {
        String bucket = label.organisation() + "/" + label.bucket();
        List<Label> all = new ArrayList<>(labels.getOrDefault(bucket, List.of()));
        all.removeIf(each -> each.id().equals(label.id()));
        if (!label.marks().isEmpty()) {
            all.add(label);
            all.sort(Comparator.comparing(Label::prefix));
        }
        if (all.isEmpty()) {
            labels.remove(bucket);
        } else {
            labels.put(bucket, List.copyOf(all));
        }
    }

    /** Those that say nothing were taken away. */
    private void put(TableRules found) {
        if (found.isEmpty()) {
            rules.remove(found.id());
        } else {
            rules.put(found.id(), found);
        }
    }

    Register register() {
        return new Register(
                digest(),
                Map.copyOf(organisations),
                Map.copyOf(zones),
                Map.copyOf(purposes),
                Map.copyOf(principals),
                Map.copyOf(credentials),
                Map.copyOf(policies),
                Map.copyOf(labels),
                Map.copyOf(roles),
                Map.copyOf(targets),
                Map.copyOf(keys),
                Map.copyOf(rules),
                sealedMax);
    }

    /**
     * Principals and named keys do not decide anything, and are left out. Policies are named in
     * records by the digest of the set that decided.
     */
    private String digest() {
        Sha256 sha = new Sha256();
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
        new TreeMap<>(roles).values().forEach(each -> sha.framed(RoleCodec.encode(each)));
        new TreeMap<>(targets).values().forEach(each -> sha.framed(RoleCodec.encode(each)));
        for (TableRules each : new TreeMap<>(rules).values()) {
            sha.framed(each.id().getBytes(StandardCharsets.UTF_8));
            sha.framed(RegisterCodec.encode(each));
        }
        return sha.hexadecimal();
    }
}
