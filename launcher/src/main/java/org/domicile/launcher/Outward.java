package org.domicile.launcher;

import org.domicile.guard.Deliveries;
import org.domicile.moves.Move;
import org.domicile.moves.Moves;

/**
 * What this server does to others by itself: it tells events, and moves buckets. A folder that goes
 * on as a new history is an older copy: what it would tell may have been told, what it would carry
 * may have been carried, and the folder that it was copied from may still run. So it stops its
 * moves and tells nothing until an operator says so, on record; each move is resumed by itself.
 * Safe for concurrent use.
 */
final class Outward {
    private static final System.Logger LOG = System.getLogger("org.domicile");
    private static final String WHY =
            "this data folder is an older copy of what was signed, and the other side may be"
                    + " further: look there, then 'move resume' compares both sides";

    private final Installation installation;
    private final Deliveries deliveries;
    private boolean held;

    private Outward(Installation installation, Deliveries deliveries, boolean held) {
        this.installation = installation;
        this.deliveries = deliveries;
        this.held = held;
    }

    /** Begins what may begin. Nothing carries out moves before this returns. */
    static Outward begin(Installation installation, Deliveries deliveries, Moves moves) {
        if (installation.movesGoOn()) {
            moves.all().stream()
                    .filter(each -> each.state() == Move.State.RUNNING)
                    .forEach(each -> moves.end(each, Move.State.STOPPED, WHY));
            installation.movesAreStopped();
        }
        boolean held = installation.eventsAreHeld();
        if (held) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "no events are told until 'domicile resume': this folder is an older copy");
        } else {
            deliveries.start();
        }
        return new Outward(installation, deliveries, held);
    }

    /** Whether events wait for an operator. */
    synchronized boolean held() {
        return held;
    }

    /** Events are told from now on. Whether they had to wait until now. */
    synchronized boolean resume() {
        if (!held) {
            return false;
        }
        installation.eventsGoOn();
        held = false;
        deliveries.start();
        return true;
    }
}
