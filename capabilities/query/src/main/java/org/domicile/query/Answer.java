package org.domicile.query;

import java.util.function.Function;

/** What came of something that may fail: the thing, or the failure. */
public sealed interface Answer<T> {
    /** It came. */
    record Given<T>(T value) implements Answer<T> {}

    /** It failed. */
    record Failed<T>(Failure failure) implements Answer<T> {}

    /** What comes. */
    static <T> Answer<T> of(T value) {
        return new Given<>(value);
    }

    /** What failed. */
    static <T> Answer<T> failed(Failure failure) {
        return new Failed<>(failure);
    }

    /** What failed, without a place and a hint. */
    static <T> Answer<T> failed(String state, String message) {
        return new Failed<>(Failure.of(state, message));
    }

    /** Goes on with the thing, if it came. */
    default <U> Answer<U> then(Function<T, Answer<U>> next) {
        return switch (this) {
            case Given<T>(T value) -> next.apply(value);
            case Failed<T>(Failure failure) -> new Failed<>(failure);
        };
    }

    /** The same thing, or another failure. */
    default Answer<T> or(Function<Failure, Failure> other) {
        return switch (this) {
            case Given<T> given -> given;
            case Failed<T>(Failure failure) -> new Failed<>(other.apply(failure));
        };
    }
}
