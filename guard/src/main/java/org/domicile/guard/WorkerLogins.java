package org.domicile.guard;

import java.util.Optional;
import org.domicile.request.Caller;
import org.domicile.streams.Act;
import org.domicile.streams.Admission;

/**
 * Log-ins of workers, each of one watch, that live no longer than it runs. Whoever has one acts as
 * the credential that made the watch, so what policy takes from that it takes from the watch; and
 * may do less: read what the watch reads, publish where it publishes, and use its own names.
 */
public interface WorkerLogins {
    /** No credential is called so: they have no brackets. */
    String PREFIX = "(watch)";

    /** Whether a secret is that of a log-in; compared in constant time. */
    boolean knows(String login, String secret);

    /** As whom it acts; empty for none. */
    Optional<Caller.Known> caller(String login);

    /** Whether it is for something with a stream, whatever policy says of its caller. */
    boolean isFor(String login, Act act, String stream);

    /** The same for a name of a group or a transaction. */
    boolean isFor(String login, Admission.Shared kind, String name);

    /**
     * Told that it was refused what it is for. It cannot end its transaction then, for which
     * readers would wait: where it is still refused after a minute, that is aborted, with the
     * results in it.
     */
    void refused(String login);
}
