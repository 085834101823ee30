/*===- mesa_scene.c - A picture that Mesa's shaders make ------------------===*\
|*
|* Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
|* See LICENSE for license information.
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
|*
\*===----------------------------------------------------------------------===*/

/* mesa_scene SHADERS: draws off screen with that many shaders, each of which
 * Mesa compiles, and writes the picture to stdout as a PPM file. Then it stops
 * itself, to be looked at. */

#define GL_GLEXT_PROTOTYPES
#include <GL/gl.h>
#include <GL/glext.h>
#include <GL/osmesa.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { Size = 256 };
static unsigned char Picture[Size * Size * 4];

static void fail(const char *What) {
  fprintf(stderr, "mesa_scene: %s\n", What);
  exit(1);
}

static GLuint compile(GLenum Stage, const char *Text) {
  GLuint Shader = glCreateShader(Stage);
  GLint Good = 0;
  glShaderSource(Shader, 1, &Text, NULL);
  glCompileShader(Shader);
  glGetShaderiv(Shader, GL_COMPILE_STATUS, &Good);
  if (!Good)
    fail("a shader does not compile");
  return Shader;
}

/* Each is different, so that none is in a cache. */
static GLuint program(int Number) {
  static const char Vertex[] =
      "#version 120\n"
      "varying vec2 Place;\n"
      "void main() { Place = gl_Vertex.xy; gl_Position = ftransform(); }\n";
  char Fragment[512];
  GLuint Program = glCreateProgram();
  GLint Good = 0;
  snprintf(Fragment, sizeof(Fragment),
           "#version 120\n"
           "varying vec2 Place;\n"
           "uniform float Phase;\n"
           "void main() {\n"
           "  float Wave = sin(Place.x * %d.0 + Phase) * cos(Place.y * %d.5);\n"
           "  for (int I = 0; I < %d; ++I)\n"
           "    Wave = fract(Wave * 1.25 + 0.%03d);\n"
           "  gl_FragColor = vec4(Wave, Wave * Place.x, 1.0 - Wave, 0.5);\n"
           "}\n",
           Number + 3, Number + 1, Number % 7 + 1, Number);
  glAttachShader(Program, compile(GL_VERTEX_SHADER, Vertex));
  glAttachShader(Program, compile(GL_FRAGMENT_SHADER, Fragment));
  glLinkProgram(Program);
  glGetProgramiv(Program, GL_LINK_STATUS, &Good);
  if (!Good)
    fail("a program does not link");
  return Program;
}

/* A square of its own for each shader, with the state of the pipeline changing
 * too: Mesa compiles a variant for each. */
static void draw(int Number, int Shaders) {
  GLuint Program = program(Number);
  float X = -1 + 2.0f * (Number % 8) / 8, Y = -1 + 2.0f * (Number / 8 % 8) / 8;
  (Number % 2 ? glEnable : glDisable)(GL_BLEND);
  (Number % 3 ? glEnable : glDisable)(GL_DEPTH_TEST);
  glBlendFunc(GL_SRC_ALPHA, Number % 4 < 2 ? GL_ONE_MINUS_SRC_ALPHA : GL_ONE);
  glUseProgram(Program);
  glUniform1f(glGetUniformLocation(Program, "Phase"), (float)Number / Shaders);
  glBegin(GL_QUADS);
  glVertex2f(X, Y);
  glVertex2f(X + 0.3f, Y);
  glVertex2f(X + 0.3f, Y + 0.3f);
  glVertex2f(X, Y + 0.3f);
  glEnd();
  glUseProgram(0);
  /* What is freed is drawn with as well: its code goes. */
  if (Number % 5 == 0)
    glDeleteProgram(Program);
}

int main(int Count, char **Arguments) {
  int Shaders = Count == 2 ? atoi(Arguments[1]) : 0;
  OSMesaContext Context;
  if (Shaders <= 0)
    fail("usage: mesa_scene SHADERS");
  Context = OSMesaCreateContextExt(OSMESA_RGBA, 24, 8, 0, NULL);
  if (!Context ||
      !OSMesaMakeCurrent(Context, Picture, GL_UNSIGNED_BYTE, Size, Size))
    fail("no context");
  fprintf(stderr, "renderer: %s\n", (const char *)glGetString(GL_RENDERER));
  glClearColor(0.2f, 0.1f, 0.3f, 1);
  glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
  for (int I = 0; I < Shaders; ++I)
    draw(I, Shaders);
  glFinish();
  if (glGetError() != GL_NO_ERROR)
    fail("OpenGL reports an error");
  printf("P6\n%d %d\n255\n", Size, Size);
  for (int I = 0; I < Size * Size; ++I)
    fwrite(Picture + 4 * I, 3, 1, stdout);
  fflush(stdout);
  raise(SIGSTOP);
  OSMesaDestroyContext(Context);
  return 0;
}
