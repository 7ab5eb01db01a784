package org.domicile.policy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.domicile.cedar.CedarException;
import org.domicile.cedar.Datetime;
import org.domicile.cedar.Entities;
import org.domicile.cedar.Entity;
import org.domicile.cedar.EntityUid;
import org.domicile.cedar.Value;
import org.domicile.request.Caller;

/**
 * The register as entities of the language, and how those that a request brings are made. A pure
 * function of the register and the request: who has both makes the same entities.
 */
final class World {
    static final EntityUid INSTALLATION = new EntityUid("Installation", "installation");
    private static final EntityUid ZONE = new EntityUid("Zone", "");
    private static final EntityUid OBJECT = new EntityUid("Object", "");

    private final Register register;
    private final Entities standing;

    World(Register register) {
        this.register = register;
        List<Entity> all = new ArrayList<>();
        register.zones().values().forEach(each -> all.add(entity(each)));
        register.organisations()
                .keySet()
                .forEach(each -> all.add(new Entity(organisation(each), Map.of(), Set.of())));
        register.purposes().values().forEach(each -> all.add(entity(each)));
        register.credentials().values().forEach(each -> all.add(credential(each)));
        register.roles().values().stream()
                .filter(each -> !each.removed())
                .forEach(
                        each -> all.add(role(each.full(), each.organisation(), each.principals())));
        try {
            standing = ProgramPolicies.ACTIONS.plus(all);
        } catch (CedarException e) {
            // zones lie only in zones that were there before them, and names are unique
            throw new IllegalStateException("the register makes no entities", e);
        }
    }

    /** What is known whatever is asked: all of the register that decides, and the actions. */
    Entities standing() {
        return standing;
    }

    static EntityUid zone(String name) {
        return ZONE.sibling(name);
    }

    static EntityUid object(String bucket, String name) {
        return OBJECT.sibling(bucket + "/" + name);
    }

    static EntityUid organisation(String name) {
        return new EntityUid("Organisation", name);
    }

    static EntityUid purpose(String id) {
        return new EntityUid("Purpose", id);
    }

    static Value zones(List<String> names) {
        return Value.setOf(names.stream().distinct().map(World::zone).toList());
    }

    private static Entity entity(Zone zone) {
        Set<EntityUid> around = zone.parent().map(outer -> Set.of(zone(outer))).orElse(Set.of());
        return new Entity(zone(zone.name()), Map.of(), around);
    }

    private Entity entity(Purpose purpose) {
        EntityUid owner = organisation(purpose.organisation());
        Map<String, Value> attributes = new HashMap<>();
        attributes.put("organisation", owner);
        attributes.put("zones", zones(purpose.zones()));
        // A part ends with the whole.
        List<Purpose> line = PurposeRules.line(register, purpose);
        attributes.put("withdrawn", Value.of(line.stream().anyMatch(Purpose::withdrawn)));
        Instant ends = line.stream().map(Purpose::expires).min(Instant::compareTo).orElseThrow();
        end(ends).ifPresent(end -> attributes.put("expires", end));
        attributes.put("names", texts(PurposeRules.names(register, purpose)));
        attributes.put("classes", texts(DataClasses.covered(purpose.classes())));
        attributes.put("actions", texts(purpose.actions()));
        return new Entity(purpose(purpose.id()), attributes, Set.of(owner));
    }

    private Entity credential(Credential credential) {
        return credential(
                credential.accessKey(),
                credential.organisation(),
                credential.principal(),
                credential.purpose(),
                Optional.of(credential));
    }

    /** One that is not in the register, or no more: it lists nothing and counts as withdrawn. */
    Entity unknown(String accessKey, String organisation, String principal, String purpose) {
        return credential(accessKey, organisation, principal, purpose, Optional.empty());
    }

    private Entity credential(
            String accessKey,
            String organisation,
            String principal,
            String purpose,
            Optional<Credential> known) {
        Map<String, Value> attributes = new HashMap<>();
        attributes.put("actions", texts(known.map(Credential::actions).orElse(List.of())));
        attributes.put("buckets", texts(known.map(Credential::buckets).orElse(List.of())));
        attributes.put("withdrawn", Value.of(known.map(World::unusable).orElse(true)));
        known.flatMap(each -> end(each.expires())).ifPresent(end -> attributes.put("expires", end));
        return actor("Credential", accessKey, organisation, principal, purpose, attributes);
    }

    /** A role that is not in the register, or no more: it trusts nobody. */
    static Entity absent(Resource.Assumed role) {
        return role(role.full(), role.organisation(), List.of());
    }

    private static Entity role(String name, String organisation, List<String> principals) {
        return new Entity(
                World.role(name),
                Map.of(
                        "organisation",
                        organisation(organisation),
                        "trusted",
                        Value.setOf(principals.stream().distinct().map(World::principal).toList())),
                Set.of(organisation(organisation)));
    }

    static EntityUid role(String name) {
        return new EntityUid("Role", name);
    }

    private static EntityUid principal(String id) {
        return new EntityUid("Principal", id);
    }

    /**
     * A temporary credential. It ends with the role that it acts in, with the credential that asked
     * for it and with the issuer whose token did, and is of the groups of whoever asked: what is
     * forbidden to him is forbidden to it. Without a role it lists what its source lists, and is in
     * its source as in a group.
     */
    Entity session(Caller.Known known, Caller.By.Session session) {
        Optional<Credential> source =
                Optional.ofNullable(register.credentials().get(session.source()));
        boolean stands =
                (session.role().isEmpty() || standing(known, session))
                        && (session.source().isEmpty()
                                || source.filter(each -> !unusable(each)).isPresent())
                        && (session.target().isEmpty() || standing(session.target()));
        Instant end =
                source.map(Credential::expires)
                        .filter(session.expires()::isAfter)
                        .orElse(session.expires());
        List<String> all = List.of("*");
        boolean inRole = !session.role().isEmpty();
        // A table session is kept to its table's files by what the program's policies say of it.
        boolean listing = inRole || session.grant().isFor();
        Map<String, Value> attributes = new HashMap<>();
        attributes.put(
                "actions",
                texts(listing ? all : source.map(Credential::actions).orElse(List.of())));
        attributes.put(
                "buckets",
                texts(listing ? all : source.map(Credential::buckets).orElse(List.of())));
        attributes.put("withdrawn", Value.of(!stands));
        attributes.put("temporary", Value.of(true));
        end(end).ifPresent(each -> attributes.put("expires", each));
        if (inRole) {
            attributes.put("role", role(session.role()));
        }
        if (session.grant().isFor()) {
            attributes.put("table", Value.of(session.grant().place()));
            attributes.put(
                    "tableWrites", Value.of(session.grant().mode() == Caller.By.Grant.Mode.WRITE));
        }
        Entity acting =
                actor(
                        "Credential",
                        known.credential(),
                        known.organisation(),
                        known.principal(),
                        known.purpose(),
                        attributes);
        Set<EntityUid> groups = new HashSet<>(acting.ancestors());
        source.ifPresent(each -> groups.add(principal(each.principal())));
        if (!inRole) {
            // One in a role has another purpose, and must not be in the source's as well.
            source.ifPresent(each -> groups.add(new EntityUid("Credential", each.accessKey())));
        }
        return new Entity(acting.uid(), acting.attributes(), groups);
    }

    /** Whether the very role is there, for the very purpose. */
    private boolean standing(Caller.Known known, Caller.By.Session session) {
        Role role = register.roles().get(session.role());
        return role != null
                && !role.removed()
                && role.id().equals(session.roleId())
                && role.organisation().equals(known.organisation())
                && role.purpose().equals(known.purpose());
    }

    private boolean standing(String target) {
        Target found = register.targets().get(target);
        return found != null && !found.removed();
    }

    /** One that waits for the second person is worth as little as one that was withdrawn. */
    private static boolean unusable(Credential credential) {
        return credential.withdrawn() || credential.seal() instanceof Seal.Asked;
    }

    Entity operator(String principal, String purpose) {
        return actor(
                "Operator", principal, Policy.INSTALLATION, principal, purpose, new HashMap<>());
    }

    private Entity actor(
            String type,
            String id,
            String organisation,
            String principal,
            String purpose,
            Map<String, Value> attributes) {
        EntityUid owner = organisation(organisation);
        attributes.put("organisation", owner);
        Set<EntityUid> groups = new HashSet<>();
        groups.add(owner);
        groups.add(principal(principal));
        into(purpose, attributes, groups);
        return new Entity(new EntityUid(type, id), attributes, groups);
    }

    /** Nobody who is known. @param purpose that the public acts under; empty for none */
    Entity anonymous(String purpose) {
        Map<String, Value> attributes = new HashMap<>();
        Set<EntityUid> groups = new HashSet<>();
        into(purpose, attributes, groups);
        return new Entity(new EntityUid("Anonymous", "anonymous"), attributes, groups);
    }

    Entity program(String name, String purpose) {
        Map<String, Value> attributes = new HashMap<>();
        Set<EntityUid> groups = new HashSet<>();
        into(purpose, attributes, groups);
        return new Entity(new EntityUid("Program", name), attributes, groups);
    }

    /** A purpose that is not in the register is none. With it come the groups that it is in. */
    private void into(String purpose, Map<String, Value> attributes, Set<EntityUid> groups) {
        Purpose found = register.purposes().get(purpose);
        if (found != null) {
            attributes.put("purpose", purpose(purpose));
            groups.add(purpose(purpose));
            groups.add(organisation(found.organisation()));
        }
    }

    /** The entity of a bucket, with what its objects take from it. */
    static Entity bucket(Resource.Data data) {
        return new Entity(
                new EntityUid("Bucket", data.bucket()),
                Map.of(
                        "name", Value.of(data.bucket()),
                        "zone", zone(data.dataZone()),
                        "zones", zones(data.zones()),
                        "bucketNames", Listed.names(data.bucket())),
                Set.of(organisation(data.organisation())));
    }

    /** A reserved bucket, or something in one, with the table that is meant. */
    static Entity reserved(Entity entity, Resource.Data data) {
        if (data.table().isEmpty()) {
            return entity;
        }
        Map<String, Value> attributes = new HashMap<>(entity.attributes());
        String id = data.table().equals(Resource.Data.NO_TABLE) ? "" : data.table();
        attributes.put("table", Value.of(data.bucket() + "/" + id));
        return new Entity(entity.uid(), attributes, entity.ancestors());
    }

    /** A bucket or an object with what is known of its data; nothing known leaves it as it is. */
    Entity marked(Entity data, String organisation, Marks marks) {
        if (marks.isEmpty()) {
            return data;
        }
        Map<String, Value> attributes = new HashMap<>(data.attributes());
        attributes.put("classes", texts(marks.classes()));
        attributes.put("prohibited", texts(marks.prohibited()));
        if (!marks.only().isEmpty()) {
            attributes.put(
                    "only",
                    Value.setOf(
                            PurposeRules.only(register, organisation, marks.only()).stream()
                                    .map(World::purpose)
                                    .toList()));
        }
        return new Entity(data.uid(), attributes, data.ancestors());
    }

    private static Value texts(List<String> texts) {
        return Value.setOf(texts.stream().distinct().map(Value::of).toList());
    }

    private static Optional<Value> end(Instant end) {
        return end.equals(Instant.MAX)
                ? Optional.empty()
                : Optional.of(new Datetime(end.toEpochMilli()));
    }
}
