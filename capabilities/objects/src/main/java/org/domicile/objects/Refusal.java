package org.domicile.objects;

import java.util.Arrays;
import org.domicile.objects.Seen.Standing;
import org.domicile.request.Outcome;
import org.domicile.request.Request;
import org.jspecify.annotations.Nullable;

/** Why a change is not made, and the record that says so. */
final class Refusal {
    private Refusal() {}

    /** The refusal that a condition demands; null when it holds. */
    static @Nullable Decision<Changed> of(
            Request request, Condition condition, @Nullable Standing standing) {
        Entry entry = standing == null ? null : standing.entry();
        return switch (condition) {
            case Condition.None _ -> null;
            case Condition.Absent _ -> object(entry) == null ? null : failed(request);
            case Condition.Present _ -> object(entry) == null ? noSuchName(request) : null;
            case Condition.Matches(byte[] token) -> {
                Entry object = object(entry);
                if (object == null) {
                    yield noSuchName(request);
                }
                yield Arrays.equals(token, object.token()) ? null : failed(request);
            }
            case Condition.Size size ->
                    entry == null || entry.size() == size.bytes() ? null : failed(request);
            case Condition.Second second -> {
                boolean same =
                        entry == null
                                || entry.modified().getEpochSecond()
                                        == second.at().getEpochSecond();
                yield same ? null : failed(request);
            }
            case Condition.Vacant _ -> standing == null ? null : failed(request);
            case Condition.Still still -> stands(standing, still) ? null : failed(request);
            case Condition.All all -> {
                Decision<Changed> refusal = null;
                for (Condition each : all.conditions()) {
                    refusal = refusal == null ? of(request, each, standing) : refusal;
                }
                yield refusal;
            }
        };
    }

    private static boolean stands(@Nullable Standing standing, Condition.Still still) {
        return standing != null
                && standing.version("", true).id().equals(still.id())
                && standing.entry().modified().equals(still.modified())
                && Arrays.equals(standing.entry().token(), still.token());
    }

    static Decision<Changed> over(Request request, Excess excess) {
        return Decision.alone(request, Outcome.CONFLICT, new Changed.OverQuota(excess));
    }

    static Decision<Changed> locked(Request request) {
        return Decision.alone(request, Outcome.CONFLICT, new Changed.Locked());
    }

    private static @Nullable Entry object(@Nullable Entry entry) {
        return entry == null || entry.kind() == Version.Kind.DELETE_MARKER ? null : entry;
    }

    /** Whether what stands there is what was seen, and its state too. */
    static boolean same(@Nullable Standing standing, Version seen) {
        return standing != null
                && standing.entry().kind() == seen.kind()
                && standing.entry().modified().equals(seen.modified())
                && Arrays.equals(standing.entry().token(), seen.token())
                && Arrays.equals(standing.entry().state(), seen.state());
    }

    static Decision<Changed> failed(Request request) {
        return Decision.alone(request, Outcome.CONFLICT, new Changed.ConditionFailed());
    }

    private static Decision<Changed> noSuchName(Request request) {
        return Decision.alone(request, Outcome.ABSENT, new Changed.NoSuchName());
    }
}
