package org.domicile.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.SaslAuthenticateRequest;
import org.apache.kafka.common.requests.SaslAuthenticateResponse;
import org.apache.kafka.common.requests.SaslHandshakeRequest;

/** Sends what no client sends. */
final class RawClient implements AutoCloseable {
    private final Socket socket;
    private final DataOutputStream out;
    private final DataInputStream in;
    private int count;

    RawClient(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true); // a request goes in two parts, and the second would wait
        out = new DataOutputStream(socket.getOutputStream());
        in = new DataInputStream(socket.getInputStream());
    }

    /** The first bytes of a frame that says it is longer. */
    void begin(int says, byte[] some) throws IOException {
        out.writeInt(says);
        out.write(some);
        out.flush();
    }

    AbstractResponse ask(AbstractRequest request) throws IOException {
        RequestHeader header = send(request);
        byte[] answer = new byte[in.readInt()];
        in.readFully(answer);
        return AbstractResponse.parseResponse(ByteBuffer.wrap(answer), header);
    }

    RequestHeader send(AbstractRequest request) throws IOException {
        RequestHeader header =
                new RequestHeader(request.apiKey(), request.version(), "raw", count++);
        ByteBuffer sent = request.serializeWithHeader(header);
        out.writeInt(sent.remaining());
        out.write(sent.array(), sent.arrayOffset() + sent.position(), sent.remaining());
        out.flush();
        return header;
    }

    /** What the server says to the first message of a login. */
    SaslAuthenticateResponse login(String mechanism, String message) throws IOException {
        ask(
                new SaslHandshakeRequest.Builder(
                                new SaslHandshakeRequestData().setMechanism(mechanism))
                        .build((short) 1));
        return (SaslAuthenticateResponse)
                ask(
                        new SaslAuthenticateRequest.Builder(
                                        new SaslAuthenticateRequestData()
                                                .setAuthBytes(message.getBytes(UTF_8)))
                                .build((short) 2));
    }

    RawClient plain(String login, String secret) throws IOException {
        login("PLAIN", "\0" + login + "\0" + secret);
        return this;
    }

    /** Whether the server has closed the connection. */
    boolean isOver() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (java.net.SocketException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
