package org.domicile.policy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.domicile.cedar.CedarException;
import org.domicile.cedar.JsonForm;
import org.domicile.cedar.Value;
import org.jspecify.annotations.Nullable;

/**
 * Gathers from what is kept all that a record names by digest, for somebody who decides once more
 * elsewhere. Safe for concurrent use.
 */
final class Gathering {
    private static final int DIGEST = 64;

    private final History history;

    /** Uses that follow each other mostly read one register. Any thread's may stand here. */
    private volatile @Nullable Roles last;

    /** The digests of the permissions of a register's roles, by their full names. */
    private record Roles(String register, Map<String, String> permissions) {}

    Gathering(History history) {
        this.history = history;
    }

    List<Evidence> of(String policies, String read, Set<String> had) {
        List<Evidence> found = new ArrayList<>();
        Wanted wanted = new Wanted(had, found);
        wanted.add(policies, this::set);
        Value names = parsed(read);
        Value resource = field(names, "resource");
        wanted.add(text(resource, "policies"), this::set);
        wanted.add(text(field(resource, "access"), "policy"), this::bucketPolicy);
        String register = text(names, "register");
        wanted.add(register, this::register);
        Value session = field(names, "session");
        wanted.add(text(session, "policy"), this::document);
        String role = text(session, "role");
        if (!role.isEmpty() && register.length() == DIGEST) {
            wanted.add(roles(register).getOrDefault(role, ""), this::document);
        }
        return List.copyOf(found);
    }

    private interface Keeper {
        Optional<Evidence> of(String digest);
    }

    /** What is had is not looked for. */
    private record Wanted(Set<String> had, List<Evidence> found) {
        void add(String digest, Keeper keeper) {
            boolean known =
                    digest.length() != DIGEST
                            || had.contains(digest)
                            || found.stream().anyMatch(each -> each.digest().equals(digest));
            if (!known) {
                keeper.of(digest).ifPresent(found::add);
            }
        }
    }

    private Optional<Evidence> set(String digest) {
        return history.set(digest)
                .map(set ->
                        new Evidence.OfPolicies(digest, set.schema(), set.program(), set.own()));
    }

    private Optional<Evidence> register(String digest) {
        return history.register(digest)
                .map(entries ->
                        new Evidence.OfRegister(
                                digest,
                                entries.stream()
                                        .map(each -> new Evidence.Kept(each.key(), each.value()))
                                        .toList()));
    }

    private Optional<Evidence> document(String digest) {
        return history.document(digest).map(text -> new Evidence.OfDocument(digest, text));
    }

    private Optional<Evidence> bucketPolicy(String digest) {
        return history.bucketPolicy(digest).map(text -> new Evidence.OfDocument(digest, text));
    }

    private Map<String, String> roles(String register) {
        Roles known = last;
        if (known == null || !known.register().equals(register)) {
            known = new Roles(register, permissions(register));
            last = known;
        }
        return known.permissions();
    }

    private Map<String, String> permissions(String register) {
        Optional<Collection<History.Entry>> kept = history.register(register);
        Map<String, String> permissions = new HashMap<>();
        kept.map(StoredPolicy::register)
                .ifPresent(found ->
                        found.roles()
                                .forEach((name, role) ->
                                        permissions.put(name, role.permissions().digest())));
        return permissions;
    }

    private static Value parsed(String read) {
        try {
            return read.isEmpty() ? Value.Fields.EMPTY : JsonForm.parse(read);
        } catch (CedarException e) {
            throw new IllegalStateException("what a decision read cannot be read", e);
        }
    }

    /** What is not there has no fields. */
    private static Value field(Value of, String name) {
        return of instanceof Value.Fields(Map<String, Value> values) && values.containsKey(name)
                ? values.get(name)
                : Value.Fields.EMPTY;
    }

    private static String text(Value of, String name) {
        return field(of, name) instanceof Value.Text(String text) ? text : "";
    }
}
