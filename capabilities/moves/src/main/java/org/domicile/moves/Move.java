package org.domicile.moves;

import java.time.Instant;
import java.util.List;

/**
 * A bucket that moves.
 *
 * @param id 16 random hexadecimal digits
 * @param direction which way
 * @param organisation whose
 * @param target full name of the outbound target that is the other side
 * @param remote the bucket there
 * @param region what the other side wants in signatures
 * @param bucket the bucket here
 * @param accessKey the credential here under which it acts, in everything
 * @param classes classes of the data that move in, beside what labels say
 * @param prohibited purposes and kinds that may never use them
 * @param settings what becomes of what is set for the bucket
 * @param started when it was asked for
 * @param state how it stands
 * @param ended why it stands so, a sentence; empty while it runs
 */
public record Move(
        String id,
        Direction direction,
        String organisation,
        String target,
        String remote,
        String region,
        String bucket,
        String accessKey,
        List<String> classes,
        List<String> prohibited,
        Settings settings,
        Instant started,
        State state,
        String ended) {
    /** Which way. */
    public enum Direction {
        /** From another server to here. */
        IN,
        /** From here to another server. */
        OUT
    }

    /** What becomes of what is set for the bucket. */
    public enum Settings {
        /** What is not set where it goes is set; what is set otherwise there stays. */
        UNSET,
        /** What is set otherwise where it goes is replaced. */
        REPLACE,
        /** Nothing is carried. */
        NONE
    }

    /** How it stands. */
    public enum State {
        /** It is worked on, or will be when the program runs again. */
        RUNNING,
        /** Somebody stopped it; it can go on. */
        STOPPED,
        /** It cannot go on by itself; it can when what is wrong is mended. */
        FAILED,
        /** Everything was done that could be. */
        DONE
    }

    /** Lists are its own. */
    public Move {
        classes = List.copyOf(classes);
        prohibited = List.copyOf(prohibited);
        started = Instant.ofEpochMilli(started.toEpochMilli());
    }

    /** The same, standing otherwise. */
    public Move standing(State newState, String why) {
        return new Move(
                id,
                direction,
                organisation,
                target,
                remote,
                region,
                bucket,
                accessKey,
                classes,
                prohibited,
                settings,
                started,
                newState,
                why);
    }
}
