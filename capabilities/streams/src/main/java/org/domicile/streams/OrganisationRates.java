package org.domicile.streams;

import java.util.Map;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.server.quota.ClientQuotaCallback;
import org.apache.kafka.server.quota.ClientQuotaEntity;
import org.apache.kafka.server.quota.ClientQuotaType;
import org.jspecify.annotations.Nullable;

/**
 * All clients of an organisation share one rate, publishing and polling each, and half of the
 * threads: whoever goes over it is slowed down, and loses nothing. Public because Kafka makes it.
 */
public final class OrganisationRates implements ClientQuotaCallback {
    /** In hundredths of one: half of those that handle requests, waiting for a disk or not. */
    private static final double MOST_OF_THREADS = 100.0 * KafkaLog.HANDLERS / 2;

    private static final String ORGANISATION = "organisation";

    private @Nullable Handover handover;

    /** For Kafka. */
    public OrganisationRates() {}

    @Override
    public void configure(Map<String, ?> configs) {
        handover = Handover.in(configs);
    }

    @Override
    public Map<String, String> quotaMetricTags(
            ClientQuotaType type, KafkaPrincipal principal, String clientId) {
        Handover known = handover;
        String login = principal.getName();
        return Map.of(
                ORGANISATION,
                known == null || login.equals(Handover.PROGRAM)
                        ? ""
                        : known.admission().organisation(login));
    }

    @Override
    public @Nullable Double quotaLimit(ClientQuotaType type, Map<String, String> tags) {
        Handover known = handover;
        if (known == null || tags.getOrDefault(ORGANISATION, "").isEmpty()) {
            return null;
        }
        return switch (type) {
            case PRODUCE, FETCH -> known.rate() == 0 ? null : (double) known.rate();
            case REQUEST -> MOST_OF_THREADS;
            case CONTROLLER_MUTATION -> null;
        };
    }

    @Override
    public void updateQuota(ClientQuotaType type, ClientQuotaEntity entity, double newValue) {}

    @Override
    public void removeQuota(ClientQuotaType type, ClientQuotaEntity entity) {}

    @Override
    public boolean quotaResetRequired(ClientQuotaType type) {
        return false;
    }

    @Override
    public boolean updateClusterMetadata(Cluster cluster) {
        return false;
    }

    @Override
    public void close() {}
}
