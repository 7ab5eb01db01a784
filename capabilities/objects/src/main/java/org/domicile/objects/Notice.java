package org.domicile.objects;

import java.util.List;
import java.util.Optional;
import org.domicile.events.Outbox;

/**
 * Whoever wants to tell of a change, or has to see what it ends. Called in the thread that makes
 * it.
 */
public interface Notice {
    /** Nobody. */
    Notice NONE = _ -> Optional.empty();

    /**
     * The objects that a change is about to end: what a put replaces, what a delete removes, and
     * what it hides behind a marker; none where there is nothing. Shown for each attempt, before it
     * is judged, so what is committed ends what was shown last. What this throws is thrown, and
     * nothing is changed. An amendment sees what it replaces by itself.
     */
    default void ending(List<Version> versions) {}

    /**
     * What to write in the very transaction that makes the change. Asked for each attempt, and not
     * when nothing changes.
     */
    Optional<Outbox.Row> of(Effect effect);

    /** A commit is durable; what was asked for last may be in it. */
    default void committed() {}
}
