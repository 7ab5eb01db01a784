package org.domicile.policy;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** Why uses cannot be sealed as it is asked for, as one sentence; empty when they can. */
final class SealObjections {
    private static final String NOBODY =
            "only principals of the register seal; 'principal list' shows them";

    private SealObjections() {}

    /**
     * To a credential that somebody asks for.
     *
     * @param otherwise what is to be said of it whether it is sealed or not
     */
    static String asked(Credential credential, Register register, Instant now, String otherwise) {
        if (!(credential.seal() instanceof Seal.Asked(LocalDate opens, String askedBy))) {
            throw new IllegalArgumentException("nobody asked for a seal");
        }
        // First: a day that is over ends the credential too, and nobody said when that should end.
        if (!Seal.opening(opens).isAfter(now)) {
            return past(opens);
        }
        if (!otherwise.isEmpty()) {
            return otherwise;
        }
        if (!register.principals().containsKey(askedBy)) {
            return NOBODY;
        }
        String allowed = allowed(credential, opens, register, now);
        if (!allowed.isEmpty()) {
            return allowed;
        }
        return credential.expires().isAfter(Seal.opening(opens))
                ? "a sealed credential ends before its uses open, at the latest with the beginning"
                        + " of "
                        + opens
                        + " (--expires)"
                : "";
    }

    /** To the second person's word. */
    static String approval(
            String accessKey, String approver, Register register, Instant now, String missing) {
        Credential credential = register.credentials().get(accessKey);
        if (credential == null) {
            return missing;
        }
        return switch (credential.seal()) {
            case Seal.None() ->
                    "the credential " + accessKey + " is not sealed; nobody approves it";
            case Seal.Approved _ ->
                    "the credential "
                            + accessKey
                            + " is approved already; its secret was shown then, and cannot be shown"
                            + " again: withdraw it and ask for another";
            case Seal.Asked(LocalDate opens, String askedBy) -> {
                if (askedBy.equals(approver)) {
                    yield "a sealed credential needs two persons: whoever asked for it cannot"
                            + " approve it; somebody else has to ('sealed approve --as')";
                }
                yield register.principals().containsKey(approver)
                        ? standing(credential, opens, register, now)
                        : NOBODY;
            }
        };
    }

    /** What may have changed since it was asked for. */
    private static String standing(
            Credential credential, LocalDate opens, Register register, Instant now) {
        Principal holder = register.principals().get(credential.principal());
        if (credential.withdrawn() || holder == null || holder.erased()) {
            return "the credential " + credential.accessKey() + " was withdrawn; ask for another";
        }
        if (!credential.expires().isAfter(now)) {
            return "the credential " + credential.accessKey() + " has expired; ask for another";
        }
        return allowed(credential, opens, register, now);
    }

    private static String allowed(
            Credential credential, LocalDate opens, Register register, Instant now) {
        Purpose purpose = register.purposes().get(credential.purpose());
        if (purpose == null || purpose.withdrawn() || !purpose.expires().isAfter(now)) {
            return "the purpose " + credential.purpose() + " is not valid any more";
        }
        if (!purpose.sealable()) {
            return "the purpose "
                    + purpose.id()
                    + " does not allow sealed uses, and that never changes: it is said in public"
                    + " when a purpose is created ('purpose create --sealable')";
        }
        if (!Seal.opening(opens).isAfter(now)) {
            return past(opens);
        }
        LocalDate last = now.atZone(ZoneOffset.UTC).toLocalDate().plusDays(register.sealedMax());
        return opens.isAfter(last)
                ? "uses are sealed for at most "
                        + register.sealedMax()
                        + " days (sealed.max): until "
                        + last
                        + ", not "
                        + opens
                        + " (--sealed-until)"
                : "";
    }

    private static String past(LocalDate opens) {
        return "sealed uses open in the future, not on " + opens + " (--sealed-until)";
    }
}
