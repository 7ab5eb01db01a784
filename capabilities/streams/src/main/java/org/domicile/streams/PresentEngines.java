package org.domicile.streams;

import java.security.KeyStore;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.apache.kafka.common.security.auth.SslEngineFactory;
import org.jspecify.annotations.Nullable;

/**
 * Begins each connection with the certificate of the moment: what stands in Kafka's own
 * configuration would have to be written into its log to be changed. Public because Kafka makes it.
 */
public final class PresentEngines implements SslEngineFactory {
    private Optional<Supplier<SSLContext>> present = Optional.empty();

    /** For Kafka. */
    public PresentEngines() {}

    @Override
    public void configure(Map<String, ?> configs) {
        present = Handover.in(configs).tls();
    }

    private SSLEngine engine() {
        return present.orElseThrow(
                        () -> new IllegalStateException("Kafka did not configure its engines"))
                .get()
                .createSSLEngine();
    }

    @Override
    public SSLEngine createClientSslEngine(String host, int port, String identification) {
        throw new IllegalStateException("nobody is called from the clients' listener");
    }

    @Override
    public SSLEngine createServerSslEngine(String host, int port) {
        SSLEngine engine = engine();
        engine.setUseClientMode(false);
        engine.setEnabledProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        return engine;
    }

    @Override
    public boolean shouldBeRebuilt(Map<String, Object> configs) {
        return false;
    }

    @Override
    public Set<String> reconfigurableConfigs() {
        return Set.of();
    }

    @Override
    public @Nullable KeyStore keystore() {
        return null;
    }

    @Override
    public @Nullable KeyStore truststore() {
        return null;
    }

    @Override
    public void close() {}
}
