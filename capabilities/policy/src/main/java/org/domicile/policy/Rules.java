package org.domicile.policy;

import java.time.Instant;
import java.util.List;
import org.domicile.request.Caller;
import org.domicile.request.Request;

/**
 * The rules of the package's page as one pure function: a reason code, {@code allowed} or that of
 * the first rule that refuses. Nothing here reads a clock: "now" is when the request arrived, so a
 * decision can be made again later.
 */
final class Rules {
    static final String ALLOWED = "allowed";

    private Rules() {}

    static String judge(Register register, Request request, String action, Resource resource) {
        return switch (request.caller()) {
            case Caller.Anonymous() -> "no-caller";
            case Caller.Program(String name, String purpose) ->
                    program(register, request.at(), purpose);
            case Caller.Known known when known.organisation().equals(Policy.INSTALLATION) ->
                    operator(register, request, known, resource);
            case Caller.Known known -> known(register, request, known, action, resource);
        };
    }

    private static String program(Register register, Instant at, String purpose) {
        return purposeRefusal(register, purpose, at);
    }

    /**
     * Operators act on the installation and on no data: what they may do to data needs a credential
     * like anyone's.
     */
    private static String operator(
            Register register, Request request, Caller.Known known, Resource resource) {
        if (!known.purpose().equals(Policy.ADMINISTRATION)
                || !(resource instanceof Resource.Installation)) {
            return "other-organisation";
        }
        String refusal = purposeRefusal(register, known.purpose(), request.at());
        if (!refusal.equals(ALLOWED)) {
            return refusal;
        }
        Purpose purpose = register.purposes().get(known.purpose());
        return purpose != null && within(register, request.zone(), purpose.zones())
                ? ALLOWED
                : "zone-mismatch";
    }

    private static String known(
            Register register,
            Request request,
            Caller.Known known,
            String action,
            Resource resource) {
        Credential credential = register.credentials().get(known.credential());
        if (credential == null || credential.withdrawn()) {
            return "credential-withdrawn";
        }
        if (!request.at().isBefore(credential.expires())) {
            return "credential-expired";
        }
        String purposeRefusal = purposeRefusal(register, credential.purpose(), request.at());
        if (!purposeRefusal.equals(ALLOWED)) {
            return purposeRefusal;
        }
        Purpose purpose = register.purposes().get(credential.purpose());
        if (purpose == null) {
            return "no-purpose";
        }
        String placeRefusal = placeRefusal(register, request, credential, purpose, resource);
        if (!placeRefusal.equals(ALLOWED)) {
            return placeRefusal;
        }
        String declared = PurposeRules.judge(register, purpose, action, resource, request.at());
        if (!declared.equals(ALLOWED)) {
            return declared;
        }
        if (!listed(credential.actions(), action)) {
            return "action-not-listed";
        }
        boolean bucketListed =
                switch (resource) {
                    case Resource.Data data -> listed(credential.buckets(), data.bucket());
                    case Resource.Own own -> true;
                    case Resource.Installation installation -> true;
                };
        return bucketListed ? ALLOWED : "bucket-not-listed";
    }

    private static String purposeRefusal(Register register, String id, Instant at) {
        Purpose purpose = register.purposes().get(id);
        if (purpose == null) {
            return "no-purpose";
        }
        if (purpose.withdrawn()) {
            return "purpose-withdrawn";
        }
        return at.isBefore(purpose.expires()) ? ALLOWED : "purpose-expired";
    }

    private static String placeRefusal(
            Register register,
            Request request,
            Credential credential,
            Purpose purpose,
            Resource resource) {
        return switch (resource) {
            case Resource.Data data -> {
                if (!data.organisation().equals(credential.organisation())) {
                    yield "other-organisation";
                }
                boolean placesFit =
                        within(register, data.dataZone(), data.zones())
                                && within(register, data.dataZone(), purpose.zones())
                                && within(register, request.zone(), data.zones())
                                && within(register, request.zone(), purpose.zones());
                yield placesFit ? ALLOWED : "zone-mismatch";
            }
            case Resource.Own own -> {
                if (!own.organisation().equals(credential.organisation())) {
                    yield "other-organisation";
                }
                yield within(register, request.zone(), purpose.zones()) ? ALLOWED : "zone-mismatch";
            }
            case Resource.Installation installation -> "other-organisation";
        };
    }

    private static boolean within(Register register, String zone, List<String> outers) {
        for (String outer : outers) {
            if (register.inside(zone, outer)) {
                return true;
            }
        }
        return false;
    }

    /** {@code *} matches all, a trailing {@code *} a family, anything else itself. */
    static boolean listed(List<String> patterns, String value) {
        for (String pattern : patterns) {
            int last = pattern.length() - 1;
            boolean family = last >= 0 && pattern.charAt(last) == '*';
            if (family ? value.regionMatches(0, pattern, 0, last) : value.equals(pattern)) {
                return true;
            }
        }
        return false;
    }
}
