package org.domicile.policy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.cedar.CedarException;
import org.domicile.iam.IamException;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.jspecify.annotations.Nullable;

/**
 * The compiled bounds of sessions, by the digest of their text: at most {@code MOST}, the one that
 * was not asked for longest is forgotten and compiled again when it is. Texts stand in no register:
 * they are kept since the role was made or the session issued, and read when not remembered. Safe
 * for concurrent use.
 */
final class Bounds {
    private static final int MOST = 512;

    private final Kept kept;
    private final Map<String, Bound> compiled =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Bound> eldest) {
                    return size() > MOST;
                }
            };

    /** Where texts are kept. */
    interface Kept {
        /** The text of a document, by its digest. */
        Optional<String> text(String digest);
    }

    /** One bound, and what it is asked. @param question empty when it has no words for it */
    record Asked(Bound bound, Optional<Bound.Question> question) {
        private static final org.domicile.cedar.Decision UNSAID =
                new org.domicile.cedar.Decision(
                        org.domicile.cedar.Decision.Outcome.DENY, List.of(), List.of());

        Bound.Kind kind() {
            return bound.kind();
        }

        String named(String policy) {
            return kind().prefix() + "/" + policy;
        }

        org.domicile.cedar.Decision answer() {
            return question.map(bound::decide).orElse(UNSAID);
        }
    }

    Bounds(Kept kept) {
        this.kept = kept;
    }

    /**
     * All that a session's request is asked.
     *
     * @param question what everybody is asked
     */
    List<Asked> asked(
            Register register,
            Caller.By.Session session,
            Request request,
            String action,
            Resource resource,
            Deciding.Question question) {
        List<Asked> asked = new ArrayList<>(2);
        Role role = register.roles().get(session.role());
        if (role != null) {
            asked.add(
                    asked(role(role.permissions()), session, request, action, resource, question));
        }
        if (!session.policy().isEmpty()) {
            asked.add(asked(own(session.policy()), session, request, action, resource, question));
        }
        return asked;
    }

    private static Asked asked(
            Bound bound,
            Caller.By.Session session,
            Request request,
            String action,
            Resource resource,
            Deciding.Question question) {
        return new Asked(
                bound, bound.question(request, session.role(), action, resource, question));
    }

    private Bound role(Permissions permissions) {
        return remembered(
                "role " + permissions.language() + " " + permissions.digest(),
                () -> {
                    Optional<String> text = kept.text(permissions.digest());
                    return text.isPresent()
                            ? Bound.of(new Permissions(permissions.language(), text.get()))
                            : Bound.NOTHING;
                });
    }

    private Bound own(String digest) {
        return remembered(
                "session " + digest,
                () -> {
                    Optional<String> text = kept.text(digest);
                    // A session whose policy is not there any more may do nothing.
                    return text.isPresent() ? Bound.ofSession(text.get()) : Bound.NOTHING;
                });
    }

    private interface Making {
        Bound make() throws IamException, CedarException;
    }

    private Bound remembered(String name, Making making) {
        @Nullable Bound known;
        synchronized (compiled) {
            known = compiled.get(name);
        }
        if (known != null) {
            return known;
        }
        try {
            Bound made = making.make();
            synchronized (compiled) {
                compiled.put(name, made);
            }
            return made;
        } catch (IamException | CedarException e) {
            throw new IllegalStateException("a document that was taken cannot be read", e);
        }
    }
}
