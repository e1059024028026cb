#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace carillon::bench {

/// A connected blocking TCP socket to 127.0.0.1 with TCP_NODELAY. With a receive buffer above 0 its
/// segments are also as short as on the Internet, so that neither end's kernel buffers much.
int connect_to(std::uint16_t port, int receive_buffer = 0);

/// Its own port.
std::uint16_t port_of(int socket);

/// A listening socket on a free loopback port, whose number goes to `port`.
int listen_on_loopback(std::uint16_t& port);

void set_non_blocking(int socket);
void set_blocking(int socket);

/// Writes all of it, waiting as needed.
void write_all(int socket, std::string_view bytes);

/// Reads a whole HTTP head, blocking; what came behind it goes to `rest`.
std::string read_head(int socket, std::string& rest);

/// Raises the limit of open files to what is allowed.
void raise_file_limit();

}  // namespace carillon::bench
