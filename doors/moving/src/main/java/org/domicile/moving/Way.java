package org.domicile.moving;

import java.util.List;
import org.domicile.moves.Line;
import org.domicile.s3client.RemoteFailure;

/** One direction of a move. Owned by the move's thread. */
interface Way extends AutoCloseable {
    /**
     * Makes the bucket ready where it goes. Doing it again does nothing.
     *
     * @throws Ended when it cannot be made ready
     */
    void prepare() throws RemoteFailure;

    /** The names behind one, each with what is to be done with it. */
    Work.Source names(String after);

    /** Does once more what is to be done with a name, as both sides are now. */
    List<Line> again(There side, String name);

    /** Carries what is set for the bucket. */
    List<Line> surroundings() throws RemoteFailure;

    @Override
    void close();
}
