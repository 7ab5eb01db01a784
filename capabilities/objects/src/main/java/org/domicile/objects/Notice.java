package org.domicile.objects;

import java.util.Optional;
import org.domicile.events.Outbox;

/** Whoever wants to tell of a change. Called in the thread that makes it. */
public interface Notice {
    /** Nobody. */
    Notice NONE = _ -> Optional.empty();

    /**
     * What to write in the very transaction that makes the change. Asked for each attempt, and not
     * when nothing changes.
     */
    Optional<Outbox.Row> of(Effect effect);

    /** A commit is durable; what was asked for last may be in it. */
    default void committed() {}
}
